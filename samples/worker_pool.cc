// A worker pool with a context that times out: the workers stop, whether the jobs are done or not.
//
// Run:    gorace run --leaks samples/worker_pool.cc
// Exit:   0
// Stdout: ^[0-9]+ jobs done, then: context deadline exceeded$
#include <gorace/gorace.h>

#include <atomic>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

void work(gorace::Context ctx, gorace::RecvChan<int> jobs, std::atomic<int>& done) {
  while (true) {
    int job = 0;
    switch (gorace::select(gorace::recv(ctx.done()), gorace::recv(jobs, job))) {
      case 0:
        return;
      case 1:
        done.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

int main() {
  auto [ctx, cancel] = gorace::with_timeout(gorace::background(), 50ms);
  auto jobs = gorace::make_chan<int>(64);
  std::atomic<int> done{0};
  gorace::WaitGroup wg;
  for (int i = 0; i < 4; ++i) {
    wg.go([&] { work(ctx, jobs, done); });
  }
  // An endless stream of jobs, until the context ends it.
  for (int job = 0;; ++job) {
    if (gorace::select(gorace::recv(ctx.done()), gorace::send(jobs, job)) == 0) break;
  }
  wg.wait();
  std::printf("%d jobs done, then: %s\n", done.load(), ctx.err().message().c_str());
}
