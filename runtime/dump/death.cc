#include "runtime/dump/death.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "runtime/base/raw_writer.h"
#include "runtime/dump/backtrace.h"
#include "runtime/dump/dump.h"
#include "runtime/dump/snapshot.h"
#include "runtime/sched/sched.h"

namespace gorace::runtime {
namespace {

std::atomic<int> g_dying_thread{0};

}  // namespace

void claim_death() {
  const int self = static_cast<int>(syscall(SYS_gettid));
  int dying = 0;
  // relaxed: only one thread goes on, and it reads nothing of the others through this.
  if (g_dying_thread.compare_exchange_strong(dying, self, std::memory_order_relaxed)) return;
  if (dying == self) syscall(SYS_exit_group, kFatalExitCode);
  for (;;) pause();
}

bool process_is_dying() { return g_dying_thread.load(std::memory_order_relaxed) != 0; }

void print_own_goroutine(RawWriter& out, const void* first_pc) {
  G* g = current_g_or_null();
  GoroutineSnapshot copy;
  if (g != nullptr) {
    copy = describe(*g, now_ns());
  } else if (syscall(SYS_gettid) == syscall(SYS_getpid)) {
    copy.id = 1;
    copy.kind = GKind::kMain;
  } else {
    copy.kind = GKind::kThread;  // id 0, as Go numbers what is no goroutine
  }
  copy.status = GStatus::kRunning;
  copy.waiting_ns = 0;
  uintptr_t pcs[kMaxDumpFrames];
  copy.pc_count = backtrace_here(first_pc, pcs, kMaxDumpFrames);
  print_snapshot(out, copy, pcs);
}

}  // namespace gorace::runtime
