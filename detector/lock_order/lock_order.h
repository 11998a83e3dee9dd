// Lock order: which locks were taken while which others were held, as a graph over all strands. A cycle in it is a
// deadlock that another schedule can run into, reported when its last edge appears, with the stacks of every edge.
// Edges whose strands all held one further lock (a gate) cannot meet, and a cycle of such edges is not reported.
//
// Thread safety: any thread. An order that was seen before costs a hash of the held locks and one load.
#ifndef GORACE_DETECTOR_LOCK_ORDER_LOCK_ORDER_H_
#define GORACE_DETECTOR_LOCK_ORDER_LOCK_ORDER_H_

#include <cstddef>
#include <cstdint>

#include "detector/context/context.h"

namespace gorace::detector {

// learn_lock_order is note_lock_order for a strand that holds something.
void learn_lock_order(const Context* context, uintptr_t lock, OriginId place);

// note_lock_order: the strand is about to wait for `lock`; `place` is the origin of the call. Call it before the lock
// is added to the strand's held ones, and not for attempts that give up (trylock).
inline void note_lock_order(const Context* context, uintptr_t lock, OriginId place) {
  if (__builtin_expect(context->held.count() != 0, 0)) learn_lock_order(context, lock, place);
}

// note_lock_handed_over: a strand gave back a lock that another one had taken. That one's held locks name it still, so
// nothing more is concluded from them about this lock, until it is forgotten.
void note_lock_handed_over(uintptr_t lock);

// forget_lock_order: the locks in a range are gone (destroy, free, a reused stack).
void forget_lock_order(uintptr_t address, size_t bytes);

// lock_order_after_fork frees, in the child, what another thread may have held.
void lock_order_after_fork();

// Number of locks in the graph. For tests.
size_t ordered_locks();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_LOCK_ORDER_LOCK_ORDER_H_
