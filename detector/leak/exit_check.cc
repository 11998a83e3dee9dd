// The leak check at the end of main.
//
// This version's rule is "still blocked when main returns". It cannot tell a goroutine that waits for a sleeper, and
// would go on, from one that waits for ever; reachability will.
#include "detector/leak/leak.h"
#include "runtime/base/exit_hooks.h"
#include "runtime/base/options.h"
#include "runtime/base/raw_writer.h"
#include "runtime/dump/dump.h"
#include "runtime/sched/sched.h"

// Named in runtime/dump/fatal.cc, so that this file is taken from the archive though nothing calls it.
extern "C" const char __gorace_leak_check = 0;

namespace gorace::detector {
namespace {

// Longest time that goroutines which can still run are waited for. Only a program that computes on when main has
// returned takes it whole.
constexpr int64_t kSettleNs = 100'000'000;

void count_active(runtime::G* g, void* active) {
  const auto status = g->status.load(std::memory_order_relaxed);
  if (g->kind != runtime::GKind::kGoroutine) return;
  if (status == runtime::GStatus::kRunnable || status == runtime::GStatus::kRunning) ++*static_cast<int*>(active);
}

// Lets goroutines run that can: one that was just woken may be about to wake the next, down a pipeline that main closed
// last.
void settle() {
  const int64_t deadline = runtime::now_ns() + kSettleNs;
  int active;
  do {
    runtime::yield_now();
    active = 0;
    runtime::for_each_goroutine(count_active, &active, /*stop_the_world=*/true);
  } while (active > 0 && runtime::now_ns() < deadline);
}

int report_leaks(int exit_code) {
  // After a panic, a deadlock or SIGQUIT goroutines are blocked because the program was cut short.
  if (runtime::process_is_dying() || runtime::goroutine_count() <= 1) return exit_code;
  settle();
  runtime::Snapshot snapshot;
  runtime::take_snapshot(&snapshot);
  runtime::RawWriter out(runtime::report_fd());
  const size_t leaked = print_leaks(out, snapshot);
  if (leaked == 0) return exit_code;
  out << "Found " << leaked << " leaked goroutine(s)\n";
  return exit_code == 0 ? runtime::options().exitcode : exit_code;
}

// 102: after the options are read.
__attribute__((constructor(102))) void start() {
  if (runtime::options().leaks) runtime::add_exit_hook(runtime::ExitPhase::kAfterMain, report_leaks);
}

}  // namespace
}  // namespace gorace::detector
