// The lints: one function each, which looks at all bodies of a translation unit. docs/lints.md describes them to users.
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_LINTS_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_LINTS_H_

#include "llvm/ADT/ArrayRef.h"

namespace gorace::instrument::lint {

class Unit;
class Report;

struct Lint {
  const char* name;  // "lock-leak": shown as -Wgorace-lock-leak
  void (*check)(Unit& unit, const Report& report);
};

llvm::ArrayRef<Lint> all_lints();

void check_loop_capture(Unit& unit, const Report& report);
void check_local_capture(Unit& unit, const Report& report);
void check_view_capture(Unit& unit, const Report& report);
void check_waitgroup_add(Unit& unit, const Report& report);
void check_waitgroup_done(Unit& unit, const Report& report);
void check_copied_lock(Unit& unit, const Report& report);
void check_lock_leak(Unit& unit, const Report& report);
void check_lock_across_wait(Unit& unit, const Report& report);
void check_lost_cancel(Unit& unit, const Report& report);
void check_context_ignored(Unit& unit, const Report& report);
void check_fatal_assertion(Unit& unit, const Report& report);
void check_blocking_call(Unit& unit, const Report& report);
void check_thread_local(Unit& unit, const Report& report);
void check_unused_result(Unit& unit, const Report& report);
void check_closed_channel(Unit& unit, const Report& report);
void check_busy_select(Unit& unit, const Report& report);
void check_after_in_loop(Unit& unit, const Report& report);
void check_mixed_atomic(Unit& unit, const Report& report);
void check_shared_write(Unit& unit, const Report& report);

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_LINTS_H_
