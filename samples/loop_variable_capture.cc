// A loop variable captured by reference: every goroutine reads `i` while the loop still changes it. Capture it by value instead.
//
// Run:    gorace run samples/loop_variable_capture.cc
// Exit:   66
// Stderr: ^WARNING: DATA RACE$
// Stderr: ^(Read|Previous read) at 0x[0-9a-f]+( \(gorace::Chan<int>::send\))? by goroutine [0-9]+:$
// Stderr: ^(Write|Previous write) at 0x[0-9a-f]+ by main goroutine:$
// Stderr: loop_variable_capture.cc:19
#include <gorace/gorace.h>

#include <cstdio>

int main() {
  gorace::WaitGroup wg;
  {
    int i = 0;
    auto sum = gorace::make_chan<int>(10);
    for (i = 0; i < 10; ++i) {
      wg.go([&i, sum] { sum.send(i); });  // NOLINT(gorace-loop-capture)
    }
    wg.wait();
    std::printf("%d values\n", static_cast<int>(sum.len()));
  }
}
