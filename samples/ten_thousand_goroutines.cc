// Ten thousand goroutines, each with a stack of its own, and one WaitGroup that waits for all of them.
//
// Run:    gorace run samples/ten_thousand_goroutines.cc
// Exit:   0
// Stdout: ^10000 goroutines ran$
#include <gorace/gorace.h>

#include <atomic>
#include <cstdio>

int main() {
  constexpr int kGoroutines = 10'000;
  std::atomic<int> ran{0};
  gorace::WaitGroup wg;
  for (int i = 0; i < kGoroutines; ++i) {
    wg.go([&ran] {
      gorace::yield();  // so that many of them are alive at once
      ran.fetch_add(1, std::memory_order_relaxed);
    });
  }
  wg.wait();
  std::printf("%d goroutines ran\n", ran.load());
}
