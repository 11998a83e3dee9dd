// observed_g: the goroutine to tell observers about.
#ifndef GORACE_RUNTIME_SYNC_OBSERVED_H_
#define GORACE_RUNTIME_SYNC_OBSERVED_H_

#include "runtime/hooks.h"
#include "runtime/sched/sched.h"

namespace gorace::internal {

// observed_g returns the calling goroutine when somebody observes, else null, which saves the look-up. Not for timer callbacks: nobody is
// there to be told about.
inline runtime::G* observed_g() {
  return __builtin_expect(runtime::g_observer_count == 0, 1) ? nullptr : runtime::current_g();
}

}  // namespace gorace::internal

#endif  // GORACE_RUNTIME_SYNC_OBSERVED_H_
