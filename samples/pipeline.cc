// A pipeline: each stage is a goroutine that reads from one channel and writes to the next. Here: the sieve of primes.
//
// Run:    gorace run samples/pipeline.cc
// Exit:   0
// Stdout: ^2 3 5 7 11 13 17 19 23 29$
#include <gorace/gorace.h>

#include <cstdio>

gorace::RecvChan<int> without_multiples(gorace::Context ctx, gorace::RecvChan<int> in, int prime) {
  auto out = gorace::make_chan<int>();
  gorace::go([=] {
    for (int n : in) {
      if (n % prime == 0) continue;
      if (gorace::select(gorace::send(out, n), gorace::recv(ctx.done())) == 1) break;
    }
    out.close();
  });
  return out;
}

gorace::RecvChan<int> integers_from(gorace::Context ctx, int first) {
  auto out = gorace::make_chan<int>();
  gorace::go([=] {
    for (int n = first; gorace::select(gorace::send(out, n), gorace::recv(ctx.done())) == 0; ++n) {
    }
    out.close();
  });
  return out;
}

int main() {
  auto [ctx, cancel] = gorace::with_cancel(gorace::background());
  gorace::RecvChan<int> stage = integers_from(ctx, 2);
  for (int i = 0; i < 10; ++i) {
    const int prime = stage.recv().value();
    std::printf("%s%d", i == 0 ? "" : " ", prime);
    stage = without_multiples(ctx, stage, prime);
  }
  std::printf("\n");
}
