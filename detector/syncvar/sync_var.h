// SyncVar: the clock of a synchronisation object, found by its address: mutexes, atomics, semaphores, and the runtime's
// objects through runtime/hooks.h. Hangs in the meta shadow (meta.h).
//
// Thread safety: each function locks the object's own spin lock; with_sync_var holds it over the callback so that an
// atomic operation and its clock change are one step. Under that lock nothing may block or switch goroutines.
#ifndef GORACE_DETECTOR_SYNCVAR_SYNC_VAR_H_
#define GORACE_DETECTOR_SYNCVAR_SYNC_VAR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "detector/context/context.h"
#include "detector/context/thread_state.h"
#include "detector/syncvar/released_clock.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {

// SyncLock: a spin lock under which the thread counts as inside the detector, so that signal handlers wait.
class SyncLock {
 public:
  void lock() {
    enter_detector(thread_state());
    lock_.lock();
  }
  void unlock() {
    lock_.unlock();
    leave_detector(thread_state());
  }
  // acquire: pairs with unlock().
  bool is_held() const { return lock_.is_held(); }

 private:
  runtime::SpinLock lock_;
};

// What the readers of a reader-writer lock released is kept apart, so that they do not order each other: in an object
// of its own at the lock's address with this bit.
inline constexpr uintptr_t kReadersHalf = uintptr_t{1} << 62;

struct SyncVar {
  std::atomic<uintptr_t> address{0};  // 0: not in use. Written under `lock`
  [[no_unique_address]] ReleasedClock released;
  SyncLock lock;
  bool has_readers_half = false;  // guarded by `lock`; it may be made a moment later
  uint32_t next = 0;              // link in the granule's chain; guarded by the chain's lock (meta.h)
};
static_assert(sizeof(SyncVar) == 32);

// Nothing in the private phase (context/private_phase.h): all strands will know what is in it.
void acquire(Context* context, uintptr_t address);
void release(Context* context, uintptr_t address);          // store: what was there is forgotten
void release_merge(Context* context, uintptr_t address);    // join
void release_acquire(Context* context, uintptr_t address);  // both take the join

// The two halves of a reader-writer lock.
void acquire_shared(Context* context, uintptr_t address);  // after rdlock: sees writers
void release_shared(Context* context,
                    uintptr_t address);  // before unlock of a read lock: merges into the readers' clock
void acquire_exclusive(Context* context, uintptr_t address);  // after wrlock: sees writers and readers

// knows_released tells, without taking a lock, that acquire() would change nothing.
bool knows_released(const Context& context, uintptr_t address);
// knows_released_value is the same for an atomic object whose value the caller has loaded (acquire) just before:
// nothing that was released with that value, or earlier, is unknown. Whoever stores a value holds the object's lock
// until the clock has changed too; so with the lock free now, the clock of the value is there.
bool knows_released_value(const Context& context, uintptr_t address);

// prefetch_sync_var asks for the object's line, so that it comes while the caller is busy with the shadow.
void prefetch_sync_var(uintptr_t address);

SyncVar* lock_sync_var(uintptr_t address);             // creates; returned locked
SyncVar* lock_sync_var_if_present(uintptr_t address);  // null when there is none

// with_sync_var creates or finds the object at `address` and calls body(sync_var) under its lock.
template <class Body>
void with_sync_var(uintptr_t address, Body&& body) {
  SyncVar* sync_var = lock_sync_var(address);
  body(*sync_var);
  sync_var->lock.unlock();
}

// For callers of lock_sync_var: clock operations on a locked object. The releasing ones advance the context's epoch.
void acquire_locked(Context* context, SyncVar& sync_var);
void release_locked(Context* context, SyncVar& sync_var);
void release_merge_locked(Context* context, SyncVar& sync_var);

// forget_sync_vars drops the objects in a range (free, munmap, stack reuse). Heap cells stay.
void forget_sync_vars(uintptr_t address, size_t bytes);

// Number of objects now. For tests; exact while no other thread is at work.
size_t sync_vars_in_use();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SYNCVAR_SYNC_VAR_H_
