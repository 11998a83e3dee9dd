// Exit work: what gorace prints and decides when the process ends, in a fixed order, whichever way it ends.
//
//   kAfterMain   main has returned or exit() was called, before the program's static destructors: leaks, profiles.
//   kLast        after the program's static destructors (with the detector: also those of libraries and .fini_array):
//   the detector's summary, and the exit code.
//
// kLast hooks may change the exit code: each gets the current code and returns the new one; a program's own non-zero
// code must be kept. run_exit_hooks_now() is for ends that bypass exit(): a panic, a deadlock, _exit.
//
// Thread safety: add_exit_hook before main or under the caller's own lock; hooks run once, on the exiting thread.
#ifndef GORACE_RUNTIME_BASE_EXIT_HOOKS_H_
#define GORACE_RUNTIME_BASE_EXIT_HOOKS_H_

namespace gorace::runtime {

enum class ExitPhase { kAfterMain, kLast };
using ExitHook = int (*)(int exit_code);

void add_exit_hook(ExitPhase phase, ExitHook hook);

// register_exit_hooks makes the kLast hooks run after every exit handler that is registered later. Otherwise the
// executable's first constructor does so. Before the program has threads.
void register_exit_hooks();

// run_exit_hooks_now runs every hook that has not run yet and returns the exit code to use. stdio is not flushed here.
int run_exit_hooks_now(int exit_code);

// end_process runs the hooks, flushes stdio when `flush`, and ends the process by the raw exit_group system call.
[[noreturn]] void end_process(int exit_code, bool flush);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_EXIT_HOOKS_H_
