// One thread frees a block that another writes to, unordered; the write is first in time.
// expect: race
// expect-report: ^Write at 0x[0-9a-f]{12} \(free\) by main thread:$
// expect-report: ^Previous write at 0x[0-9a-f]{12} by thread 2:$
// expect-report: ^Heap block of size 40 at 0x[0-9a-f]{12} allocated by main thread:$
#include <atomic>
#include <cstdlib>
#include <thread>

int main() {
  auto* block = static_cast<volatile int*>(malloc(40));
  std::atomic<bool> written{false};
  std::thread writer([&] {
    block[3] = 1;
    written.store(true, std::memory_order_relaxed);
  });
  while (!written.load(std::memory_order_relaxed)) std::this_thread::yield();
  free(const_cast<int*>(block));
  writer.join();
}
