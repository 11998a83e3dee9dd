// Fan-out, fan-in: several goroutines square numbers from one channel; their results are merged into another.
//
// Run:    gorace run --leaks samples/fan_out_fan_in.cc
// Exit:   0
// Stdout: ^sum of squares = 328350$
#include <gorace/gorace.h>

#include <cstdio>

gorace::RecvChan<int> numbers(int n) {
  auto out = gorace::make_chan<int>();
  gorace::go([=] {
    for (int i = 0; i < n; ++i) out.send(i);
    out.close();
  });
  return out;
}

gorace::RecvChan<int> squares(gorace::RecvChan<int> in, int workers) {
  auto out = gorace::make_chan<int>();
  gorace::go([=] {
    gorace::WaitGroup wg;
    for (int worker = 0; worker < workers; ++worker) {
      wg.go([=] {
        for (int n : in) out.send(n * n);
      });
    }
    wg.wait();
    out.close();
  });
  return out;
}

int main() {
  int sum = 0;
  for (int square : squares(numbers(100), 4)) sum += square;
  std::printf("sum of squares = %d\n", sum);
}
