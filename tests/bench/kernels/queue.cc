// A bounded queue under one mutex and two condition variables, between two threads, by batches of work.
#include <condition_variable>
#include <deque>
#include <mutex>

#include "kernel.h"

namespace {

class Queue {
 public:
  void push(std::uint64_t value) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [this] { return values_.size() < kCapacity; });
    values_.push_back(value);
    not_empty_.notify_one();
  }
  std::uint64_t pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return !values_.empty(); });
    const std::uint64_t value = values_.front();
    values_.pop_front();
    not_full_.notify_one();
    return value;
  }

 private:
  static constexpr std::size_t kCapacity = 256;
  std::mutex mutex_;
  std::condition_variable not_full_, not_empty_;
  std::deque<std::uint64_t> values_;
};

}  // namespace

int main() {
  return kernel::run([] {
    const std::uint64_t count = 1500000;
    Queue queue;
    std::uint64_t sum = 0;
    kernel::parallel([&](int t) {
      for (std::uint64_t i = 0; i < count; ++i) {
        if (t == 0) {
          queue.push(i);
        } else {
          sum += queue.pop();
        }
      }
    });
    kernel::expect(sum == count * (count - 1) / 2, "sum of what went through");
  });
}
