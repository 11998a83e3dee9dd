// An atomic write and a plain read of one variable race; the report names the atomic side.
// expect: race
// expect-report: ^(Atomic write|Previous atomic write) at
#include <atomic>
#include <thread>

int value = 0;

int main() {
  std::thread atomic([] { std::atomic_ref<int>(value).store(1, std::memory_order_relaxed); });
  std::thread plain([] {
    volatile int copy = value;
    (void)copy;
  });
  atomic.join();
  plain.join();
}
