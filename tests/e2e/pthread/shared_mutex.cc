// Readers and writers of std::shared_mutex and std::shared_timed_mutex.
// expect: clean
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

std::shared_mutex plain;
std::shared_timed_mutex timed;
int first = 0;
int second = 0;

void work(int id) {
  int seen = 0;
  for (int i = 0; i < 300; ++i) {
    if (i % 10 == id) {
      const std::unique_lock lock(plain);
      ++first;
    } else {
      const std::shared_lock lock(plain);
      seen += first;
    }
    if (i % 10 == id && timed.try_lock_for(std::chrono::hours(1))) {
      ++second;
      timed.unlock();
    } else if (timed.try_lock_shared_for(std::chrono::hours(1))) {
      seen += second;
      timed.unlock_shared();
    }
  }
  if (seen < 0) std::abort();
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  return first == 120 && second == 120 ? 0 : 1;
}
