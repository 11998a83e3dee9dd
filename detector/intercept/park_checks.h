// Waits that a goroutine must not make: while it holds a lock that belongs to its OS thread, and inside the initialiser
// of a static variable. It may go on in another thread; and what its thread runs meanwhile blocks the whole thread when
// it needs the lock or the variable.
//
// Not reported: gorace's own locks, which belong to the goroutine; goroutines that are locked to their thread, and
// threads of the program's own, since nothing else runs there; waits that block the thread
// (std::condition_variable::wait), which are no parking.
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_INTERCEPT_PARK_CHECKS_H_
#define GORACE_DETECTOR_INTERCEPT_PARK_CHECKS_H_

#include "detector/abi/call_stack.h"
#include "runtime/sched/goroutine.h"

namespace gorace::detector {

// report_park: check_park has found something to look at.
void report_park(const Context& context, runtime::WaitReason reason);

// check_park: g, whose context this is and which runs here, is about to wait.
inline void check_park(const runtime::G& g, const Context& context, runtime::WaitReason reason) {
  if (__builtin_expect(context.held.count() == 0 && context.initialisers.depth == 0, 1)) return;
  if (g.kind != runtime::GKind::kThread && g.sched.lock_count == 0) report_park(context, reason);
}

// enter_initialiser and leave_initialiser: the strand runs the initialiser that `object`, a guard variable or a
// once_flag, stands for. Where it was entered is on the stack as long as that matters.
inline void enter_initialiser(const volatile void* object) {
  if (Context* context = followed_context(); context != nullptr) {
    context->initialisers.enter(reinterpret_cast<uintptr_t>(object));
  }
}
inline void leave_initialiser() {
  if (Context* context = followed_context(); context != nullptr) context->initialisers.leave();
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_PARK_CHECKS_H_
