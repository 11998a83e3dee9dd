// What the locks and channels tell observers. With no observer each costs one load and one branch; the rest is out of
// line, so that fast paths stay small.
#ifndef GORACE_RUNTIME_SYNC_OBSERVED_H_
#define GORACE_RUNTIME_SYNC_OBSERVED_H_

#include "runtime/hooks.h"
#include "runtime/sched/sched.h"

namespace gorace::internal {

inline bool observed() { return __builtin_expect(runtime::g_observer_count != 0, 0); }

// observed_g returns the calling goroutine when somebody observes, else null, which saves the look-up. Not for timer
// callbacks: nobody is there to be told about.
inline runtime::G* observed_g() { return observed() ? runtime::current_g() : nullptr; }

// tell_... emit the event of that name in runtime/hooks.h in the name of `g`.
void tell_acquire(runtime::G* g, const void* object);
void tell_release(runtime::G* g, const void* object);
void tell_release_merge(runtime::G* g, const void* object);
void tell_release_acquire(runtime::G* g, const void* object);
void tell_exchange(runtime::G* g, runtime::G* parked);
void tell_access(runtime::G* g, const void* address, size_t bytes, bool is_write, runtime::CallPlace place = {});
void tell_concurrent_write(runtime::G* g, const void* address, size_t bytes);
void tell_dead(const void* address, size_t bytes);

// note_... do so in the name of the caller, if somebody observes.
void note_acquire_observed(const void* object);
void note_release_observed(const void* object);
void note_release_merge_observed(const void* object);
void note_lock_wanted_observed(const void* lock, runtime::CallPlace place);
inline void note_acquire(const void* object) {
  if (observed()) note_acquire_observed(object);
}
inline void note_release(const void* object) {
  if (observed()) note_release_observed(object);
}
inline void note_release_merge(const void* object) {
  if (observed()) note_release_merge_observed(object);
}
// note_locked: the caller holds `lock` now, and acquires `object`. note_unlocking: it is about to give it back.
void note_locked_observed(const void* lock, const void* object, bool shared);
void note_unlocking_observed(const void* lock);
inline void note_locked(const void* lock, const void* object, bool shared) {
  if (observed()) note_locked_observed(lock, object, shared);
}
inline void note_unlocking(const void* lock) {
  if (observed()) note_unlocking_observed(lock);
}
// note_lock_wanted: the caller is about to wait for the lock. For the functions that programs call.
[[gnu::always_inline]] inline void note_lock_wanted(const void* lock) {
  if (observed()) note_lock_wanted_observed(lock, runtime::call_place());
}

}  // namespace gorace::internal

#endif  // GORACE_RUNTIME_SYNC_OBSERVED_H_
