// <gorace/go.h>, <gorace/time.h> and <gorace/panic.h> over the scheduler's interface.
#include <gorace/go.h>
#include <gorace/panic.h>
#include <gorace/time.h>
#include <pthread.h>
#include <unwind.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "runtime/dump/dump.h"
#include "runtime/sched/blocking.h"
#include "runtime/sched/goexit.h"
#include "runtime/sched/sched.h"
#include "runtime/sched/scheduler.h"

namespace gorace {
namespace {

void goexit_was_swallowed(_Unwind_Reason_Code, _Unwind_Exception*) {
  runtime::fatal_error("gorace::goexit: a catch (...) did not rethrow the exception");
}

_Unwind_Reason_Code stop_at_end(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
                                _Unwind_Context*, void*) {
  if ((actions & _UA_END_OF_STACK) != 0) runtime::finish_goroutine();
  return _URC_NO_REASON;
}

// unwind_main runs main's destructors. A thrown exception would find no handler above main and terminate; a forced
// unwind (as pthread_exit's) needs none.
[[noreturn]] void unwind_main() {
  static _Unwind_Exception exception;  // main ends once
  memset(&exception, 0, sizeof exception);
  memcpy(&exception.exception_class, "GORCGOEX", sizeof exception.exception_class);
  exception.exception_cleanup = goexit_was_swallowed;
  _Unwind_ForcedUnwind(&exception, stop_at_end, nullptr);
  runtime::fatal_error("gorace::goexit: the stack of main cannot be unwound");
}

}  // namespace

namespace internal {

void start_goroutine(const GoOptions& options, size_t bytes, size_t align, void (*relocate)(void*, void*), void* source,
                     void (*entry)(void*), void (*move)(void*, void*)) {
  runtime::spawn(runtime::SpawnOptions{options.name, options.stack}, bytes, align, relocate, source, entry, move);
}

bool enter_blocking() { return runtime::enter_blocking(); }
void leave_blocking(bool entered) { runtime::leave_blocking(entered); }

void sleep_nanoseconds(int64_t nanoseconds) { runtime::sleep_ns(nanoseconds); }

}  // namespace internal

void panic(std::string_view text) { throw Panic(std::string(text)); }

void yield() { runtime::yield_now(); }

void goexit() {
  switch (runtime::current_g()->kind) {
    case runtime::GKind::kGoroutine:
      throw runtime::GoexitSignal();
    case runtime::GKind::kMain:
      unwind_main();
    case runtime::GKind::kThread:
      break;
  }
  pthread_exit(nullptr);
}

size_t num_goroutine() { return runtime::goroutine_count(); }

int gomaxprocs(int n) { return runtime::set_max_procs(n); }

void set_default_gomaxprocs() { runtime::set_default_max_procs({}); }

int set_max_threads(int n) { return runtime::set_max_threads(n); }

void lock_os_thread() { runtime::lock_thread(); }
void unlock_os_thread() { runtime::unlock_thread(); }

void set_goroutine_name(std::string_view name) {
  runtime::G* g = runtime::current_g();
  const size_t length = std::min(name.size(), runtime::kMaxGoroutineName - 1);
  memcpy(g->name, name.data(), length);
  g->name[length] = '\0';
}

uint64_t goroutine_id() { return runtime::current_g()->id; }

}  // namespace gorace
