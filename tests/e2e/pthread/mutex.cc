// A counter under std::mutex, std::recursive_mutex and std::timed_mutex.
// expect: clean
#include <chrono>
#include <mutex>
#include <thread>

std::mutex plain;
std::recursive_mutex recursive;
std::timed_mutex timed;
int by_plain = 0;
int by_recursive = 0;
int by_timed = 0;

void count() {
  for (int i = 0; i < 1000; ++i) {
    {
      const std::lock_guard guard(plain);
      ++by_plain;
    }
    {
      const std::lock_guard outer(recursive);
      const std::lock_guard inner(recursive);
      ++by_recursive;
    }
    if (timed.try_lock_for(std::chrono::hours(1))) {
      ++by_timed;
      timed.unlock();
    }
    if (plain.try_lock()) {
      ++by_plain;
      plain.unlock();
    }
  }
}

int main() {
  std::thread one(count);
  std::thread other(count);
  one.join();
  other.join();
  return by_recursive == 2000 && by_timed == 2000 && by_plain >= 2000 ? 0 : 1;
}
