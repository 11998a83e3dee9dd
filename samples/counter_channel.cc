// The counter owned by one goroutine; the others send it what to add. Share memory by communicating.
//
// Run:    gorace run samples/counter_channel.cc
// Exit:   0
// Stdout: ^counter = 2000$
#include <gorace/gorace.h>

#include <cstdio>

int main() {
  auto increments = gorace::make_chan<int>(16);
  auto total = gorace::make_chan<int>();

  gorace::go([=] {
    int counter = 0;
    for (int n : increments) counter += n;
    total.send(counter);
  });

  gorace::WaitGroup wg;
  for (int goroutine = 0; goroutine < 2; ++goroutine) {
    wg.go([=] {
      for (int i = 0; i < 1000; ++i) increments.send(1);
    });
  }
  wg.wait();
  increments.close();
  std::printf("counter = %d\n", total.recv().value());
}
