// SyncVar: the clock of a synchronisation object, found by its address: mutexes, atomics, semaphores, and the runtime's objects through
// runtime/hooks.h. Kept in the meta shadow: one 32-bit word for 8 application bytes, an index into a slab, zero when there is none.
//
// Thread safety: each function locks the object's own spin lock; with_sync_var holds it over the callback so that an atomic operation and its
// clock change are one step.
#ifndef GORACE_DETECTOR_SYNCVAR_SYNC_VAR_H_
#define GORACE_DETECTOR_SYNCVAR_SYNC_VAR_H_

#include <cstddef>
#include <cstdint>

#include "detector/clock/vector_clock.h"
#include "detector/context/context.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {

// A clock as a release leaves it: the releaser's tree, and its own entry beside it (so that a release copies no path of the tree).
struct ReleasedClock {
  VectorClock clock;
  uint32_t slot = 0;
  uint32_t epoch = 0;
};

struct SyncVar {
  uintptr_t address = 0;
  runtime::SpinLock lock;
  ReleasedClock released;
  // For rwlocks: what readers released, kept apart so that readers do not order each other.
  ReleasedClock read_released;
};

void acquire(Context* context, uintptr_t address);
void release(Context* context, uintptr_t address);          // store: what was there is forgotten
void release_merge(Context* context, uintptr_t address);    // join
void release_acquire(Context* context, uintptr_t address);  // both take the join

// The two halves of a reader-writer lock.
void acquire_shared(Context* context, uintptr_t address);         // after rdlock: sees writers
void release_shared(Context* context, uintptr_t address);         // before unlock of a read lock: merges into the readers' clock
void acquire_exclusive(Context* context, uintptr_t address);      // after wrlock: sees writers and readers

// with_sync_var creates or finds the object at `address` and calls body(sync_var) under its lock.
template <class Body>
void with_sync_var(uintptr_t address, Body&& body);
SyncVar* lock_sync_var(uintptr_t address);             // creates; returned locked
SyncVar* lock_sync_var_if_present(uintptr_t address);  // null when there is none

template <class Body>
void with_sync_var(uintptr_t address, Body&& body) {
  SyncVar* sync_var = lock_sync_var(address);
  body(*sync_var);
  sync_var->lock.unlock();
}

// For callers of lock_sync_var: clock operations on a locked object.
void acquire_locked(Context* context, SyncVar& sync_var);
void release_locked(Context* context, SyncVar& sync_var);
void release_merge_locked(Context* context, SyncVar& sync_var);

// forget_sync_vars drops the objects in a range (free, munmap, stack reuse).
void forget_sync_vars(uintptr_t address, size_t bytes);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SYNCVAR_SYNC_VAR_H_
