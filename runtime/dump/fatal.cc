// The errors that Go does not let a program recover from. stdio is flushed where the C library's locks are known to be
// free or soon will be: what the program printed before is often the clue.
#include <cstdint>

#include "runtime/base/exit_hooks.h"
#include "runtime/base/raw_writer.h"
#include "runtime/dump/death.h"
#include "runtime/dump/dump.h"
#include "runtime/dump/quit_signal.h"
#include "runtime/dump/snapshot.h"
#include "runtime/sched/sched.h"

// Observers that start themselves by constructors, in files that nobody refers to: without these references the linker
// would leave them in the archive, and GORACE="leaks=1" do nothing. They stand here because every program with
// goroutines has this file, and the gorace command, which uses other parts of the archive, has not.
extern "C" const char __gorace_leak_check;
extern "C" const char __gorace_profiles;
[[gnu::used]] static const char* const kSelfStarting[] = {&__gorace_leak_check, &__gorace_profiles};

namespace gorace::runtime {
namespace {

// 102: after the options are read (101), before the program's own static objects, whose handlers then replace ours. It
// stands in this file because the scheduler refers to it: every program with goroutines links it from the archive.
__attribute__((constructor(102))) void install_dump_handlers() {
  install_quit_handler();
  install_terminate_handler();
}

}  // namespace

void fatal_error(const char* message) {
  claim_death();
  {
    RawWriter out(2);
    out << "fatal error: " << message << "\n\n";
    out.flush();  // the cause is told even if naming the frames fails
    print_own_goroutine(out, __builtin_return_address(0));
  }
  end_process(kFatalExitCode, /*flush=*/true);
}

void fatal_deadlock() {
  claim_death();
  {
    Snapshot snapshot;
    take_snapshot(&snapshot);
    bool has_main = false;
    for (const GoroutineSnapshot& g : snapshot.goroutines) has_main = has_main || g.kind == GKind::kMain;
    RawWriter out(2);
    out << "fatal error: "
        << (has_main ? "all goroutines are asleep - deadlock!"
                     : "no goroutines (main called runtime.Goexit) - deadlock!")
        << "\n\n";
    out.flush();
    print_snapshots(out, snapshot);
  }
  end_process(kFatalExitCode, /*flush=*/true);
}

void die_of_stack_overflow(G* g, size_t limit, const uintptr_t* pcs, int count) {
  claim_death();
  {
    RawWriter out(2);
    out << "runtime: goroutine stack exceeds " << limit << "-byte limit\nfatal error: stack overflow\n\n";
    out.flush();
    GoroutineSnapshot copy = describe(*g, now_ns());
    copy.status = GStatus::kRunning;
    copy.waiting_ns = 0;
    copy.pc_count = count;
    print_snapshot(out, copy, pcs);
  }
  // Without a flush: the overflow may have struck inside stdio.
  end_process(kFatalExitCode, /*flush=*/false);
}

}  // namespace gorace::runtime
