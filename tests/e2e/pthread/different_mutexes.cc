// The same variable under two different mutexes, in either order in time.
// expect: race
// expect-report: (Write|Read) at
#include <mutex>
#include <thread>

std::mutex first;
std::mutex second;
int value = 0;

int main() {
  std::thread one([] {
    const std::lock_guard guard(first);
    ++value;
  });
  std::thread other([] {
    const std::lock_guard guard(second);
    ++value;
  });
  one.join();
  other.join();
}
