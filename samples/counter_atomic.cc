// The counter as a std::atomic: no race, and always 2000. Relaxed order is enough to count; the WaitGroup orders the last read.
//
// Run:    gorace run samples/counter_atomic.cc
// Exit:   0
// Stdout: ^counter = 2000$
#include <gorace/gorace.h>

#include <atomic>
#include <cstdio>

int main() {
  std::atomic<int> counter{0};
  gorace::WaitGroup wg;
  for (int goroutine = 0; goroutine < 2; ++goroutine) {
    wg.go([&counter] {
      for (int i = 0; i < 1000; ++i) counter.fetch_add(1, std::memory_order_relaxed);
    });
  }
  wg.wait();
  std::printf("counter = %d\n", counter.load());
}
