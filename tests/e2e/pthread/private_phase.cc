// What main does before there is a second thread is not recorded: all that follows is ordered after it. What it does
// afterwards is, to the same memory too; and freed memory may not be touched at any time.
// expect: race
// needs: symbols
// expect-report: ^Previous write at 0x[0-9a-f]+ \(free\) by main thread:$
// expect-report: ^Previous write at 0x[0-9a-f]+ by main thread:$
// expect-report: ^Found 3 data race\(s\)$
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>

std::mutex mutex;
std::atomic<int> counter;
volatile int ordered, changed_since, read_since;

int main() {
  for (int i = 0; i < 100; ++i) {
    const std::lock_guard guard(mutex);
    const int value = counter++;
    ordered = value;
    changed_since = value;
    read_since = value;
  }
  volatile int* block = static_cast<int*>(malloc(100 * sizeof(int)));
  block[50] = 1;
  volatile int* same = block;
  asm volatile("" : "+r"(same));  // or the compiler would see and warn
  free(const_cast<int*>(block));
  (void)same[50];

  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done.load(std::memory_order_relaxed)) std::this_thread::yield();
    ordered = 1;
    changed_since = 1;
    read_since = 1;
  });
  changed_since = 2;
  (void)read_since;
  done.store(true, std::memory_order_relaxed);
  other.join();
}
