// A worker that nobody stops: it waits for jobs for ever, because the channel is never closed.
//
// Run:    gorace run --leaks samples/leaking_worker.cc
// Exit:   66
// Stdout: ^done$
// Stderr: ^WARNING: GOROUTINE LEAK$
// Stderr: chan receive
// Stderr: leaking_worker.cc:16
// Stderr: ^Found 1 leaked goroutine\(s\)$
#include <gorace/gorace.h>

#include <cstdio>

void worker(gorace::RecvChan<int> jobs, gorace::SendChan<int> results) {
  while (true) {
    auto job = jobs.recv();
    if (!job) return;
    results.send(*job * 2);
  }
}

int main() {
  auto jobs = gorace::make_chan<int>();
  auto results = gorace::make_chan<int>();
  gorace::go(worker, jobs, results);
  jobs.send(21);
  results.recv();
  std::puts("done");  // jobs is not closed: the worker never returns
}
