#include "runtime/base/exit_hooks.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "runtime/base/check.h"

namespace gorace::runtime {
namespace {

constexpr int kMaxHooks = 16;

struct HookList {
  ExitHook hooks[kMaxHooks] = {};
  int count = 0;
  std::atomic<bool> ran{false};
};

constinit HookList g_lists[2];

HookList& list_of(ExitPhase phase) { return g_lists[static_cast<int>(phase)]; }

int run_list(HookList& list, int exit_code) {
  // acq_rel: the first caller runs the hooks, even when two threads end the process at once.
  if (list.ran.exchange(true, std::memory_order_acq_rel)) return exit_code;
  for (int i = 0; i < list.count; ++i) exit_code = list.hooks[i](exit_code);
  return exit_code;
}

// glibc runs exit handlers in the reverse order of their registration. The kLast handler is registered by the earliest
// constructor of the executable, so it runs after every destructor of its static objects; registered from
// .preinit_array (the detector does), before libc has registered the loader's handler, it runs after those of libraries
// and functions in .fini_array too. It alone may change the exit code, because it ends the process itself.
void at_exit_last(int exit_code, void*) {
  const int final_code = run_exit_hooks_now(exit_code);
  if (final_code != exit_code) end_process(final_code, /*flush=*/true);
}

// What the kAfterMain hooks decided: exit(code) has fixed the code that the kLast handler is told.
constinit int g_code_after_main = -1;

// Registered after all static constructors have run (see register_after_main), so it runs before their destructors.
void at_exit_after_main(int exit_code, void*) {
  const int code = run_list(list_of(ExitPhase::kAfterMain), exit_code);
  if (code != exit_code) g_code_after_main = code;
}

constinit bool g_last_is_registered = false;  // while there is one thread

__attribute__((constructor(101))) void register_last() { register_exit_hooks(); }

// 65535 is the default priority: this runs among the program's own constructors, in link order, and the libraries come
// last on the link line. Objects with static storage that are constructed later (locals) are destroyed before.
__attribute__((constructor(65535))) void register_after_main() { on_exit(at_exit_after_main, nullptr); }

}  // namespace

void add_exit_hook(ExitPhase phase, ExitHook hook) {
  HookList& list = list_of(phase);
  GORACE_CHECK_VALUE(list.count < kMaxHooks, list.count);
  list.hooks[list.count++] = hook;
}

void register_exit_hooks() {
  if (g_last_is_registered) return;
  g_last_is_registered = true;
  on_exit(at_exit_last, nullptr);
}

int run_exit_hooks_now(int exit_code) {
  if (g_code_after_main != -1) exit_code = g_code_after_main;
  exit_code = run_list(list_of(ExitPhase::kAfterMain), exit_code);
  return run_list(list_of(ExitPhase::kLast), exit_code);
}

void end_process(int exit_code, bool flush) {
  exit_code = run_exit_hooks_now(exit_code);
  if (flush) fflush(nullptr);
  syscall(SYS_exit_group, exit_code);
  __builtin_unreachable();
}

}  // namespace gorace::runtime
