// Horizon: a line through time that all strands are taken to have passed together: what any did before it happens
// before what all do after it. A program that checks accesses only now and then (sampling/) draws one each time it
// begins to, and need not have followed synchronisation until then. The child of a fork draws one as it begins.
//
// As a global array, not as a join of all clocks: for each slot the last epoch that its owner had reached. An access of
// an epoch up to that lies behind the horizon (shadow/granule.h: is_known asks, after the strand's own clock). For that
// to say nothing about what comes after, a strand's first event on this side moves it to a new epoch (pass_horizon).
//
// A strand that makes no event goes on in its old epoch, so its accesses count as behind the horizon: races with them
// may be missed, none is invented.
//
// Slots whose last owner ended behind the horizon are free for anybody (slots.cc): all that it did, and all that was in
// its clock, lies behind.
//
// Thread safety: any thread; raise_horizon by one at a time.
#ifndef GORACE_DETECTOR_CONTEXT_HORIZON_H_
#define GORACE_DETECTOR_CONTEXT_HORIZON_H_

#include <cstdint>

#include "detector/context/context.h"
#include "detector/context/identity.h"

namespace gorace::detector {

// The number of the latest horizon; 0: there was none. The array is in place before the number changes.
extern uint32_t g_horizon;
inline uint32_t horizon() { return __atomic_load_n(&g_horizon, __ATOMIC_ACQUIRE); }

void raise_horizon();

// is_behind_horizon: the epoch of this slot lies behind the latest horizon.
bool is_behind_horizon(uint32_t slot, uint32_t epoch);

// pass_horizon: what the strand does from now on is on this side of the latest horizon. The caller runs the strand, or
// may use the context of a parked one.
void pass_horizon_slow(Context* context);
inline void pass_horizon(Context* context) {
  if (__builtin_expect(context->horizon != horizon(), 0)) pass_horizon_slow(context);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_HORIZON_H_
