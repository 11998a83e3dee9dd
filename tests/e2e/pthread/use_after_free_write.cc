// The free comes first in time, the access of the other thread after it.
// expect: race
// expect-report: ^Previous write at 0x[0-9a-f]{12} \(free\) by main thread:$
// expect-report: ^Heap block of size 40 at 0x[0-9a-f]{12}, freed, allocated by main thread:$
#include <atomic>
#include <cstdlib>
#include <thread>

int main() {
  auto* block = static_cast<volatile int*>(malloc(40));
  std::atomic<bool> freed{false};
  std::thread late([&] {
    while (!freed.load(std::memory_order_relaxed)) std::this_thread::yield();
    volatile int copy = block[3];
    (void)copy;
  });
  free(const_cast<int*>(block));
  freed.store(true, std::memory_order_relaxed);
  late.join();
}
