// A rate-limited caller: a Ticker lets one call through a tick.
//
// Run:    gorace run samples/rate_limited_caller.cc
// Exit:   0
// Stdout: ^5 calls in at least 20 ms$
#include <gorace/gorace.h>

#include <chrono>
#include <cstdio>

int main() {
  using namespace std::chrono_literals;
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  gorace::Ticker ticker(5ms);
  int calls = 0;
  for (; calls < 5; ++calls) {
    ticker.chan().recv();
  }
  ticker.stop();
  const bool slow_enough = Clock::now() - start >= 20ms;
  std::printf("%d calls in %s 20 ms\n", calls, slow_enough ? "at least" : "less than");
}
