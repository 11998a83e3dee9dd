// A queue between threads: wait, wait_for, notify without the lock held.
// expect: clean
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable not_empty;
std::condition_variable_any not_full;
std::deque<int> queue;

constexpr int kItems = 500;
constexpr size_t kCapacity = 4;

void produce() {
  for (int i = 1; i <= kItems; ++i) {
    {
      std::unique_lock lock(mutex);
      not_full.wait(lock, [] { return queue.size() < kCapacity; });
      queue.push_back(i);
    }
    not_empty.notify_one();
  }
}

int main() {
  std::thread producer(produce);
  long sum = 0;
  for (int i = 0; i < kItems; ++i) {
    std::unique_lock lock(mutex);
    const auto filled = [] { return !queue.empty(); };
    if (i % 2 == 0) {
      not_empty.wait(lock, filled);
    } else {
      not_empty.wait_for(lock, std::chrono::hours(1), filled);
    }
    sum += queue.front();
    queue.pop_front();
    not_full.notify_one();
  }
  producer.join();
  return sum == static_cast<long>(kItems) * (kItems + 1) / 2 ? 0 : 1;
}
