// The worker of leaking_worker.cc with a context: cancelling it ends the worker.
//
// Run:    gorace run --leaks samples/leaking_worker_fixed.cc
// Exit:   0
// Stdout: ^result 42$
// Stdout: ^worker stopped: context canceled$
#include <gorace/gorace.h>

#include <cstdio>

void worker(gorace::Context ctx, gorace::RecvChan<int> jobs, gorace::SendChan<int> results) {
  while (true) {
    int job = 0;
    switch (gorace::select(gorace::recv(ctx.done()), gorace::recv(jobs, job))) {
      case 0:
        return;
      case 1:
        results.send(job * 2);
    }
  }
}

int main() {
  auto jobs = gorace::make_chan<int>();
  auto results = gorace::make_chan<int>();
  auto [ctx, cancel] = gorace::with_cancel(gorace::background());
  gorace::WaitGroup wg;
  wg.go([=] { worker(ctx, jobs, results); });
  jobs.send(21);
  std::printf("result %d\n", results.recv().value());
  cancel();
  wg.wait();
  std::printf("worker stopped: %s\n", ctx.err().message().c_str());
}
