// Mutexes: the two edges of any mutex, for the files whose functions lock one on the way (conditions.cc,
// c11_threads.cc).
#ifndef GORACE_DETECTOR_INTERCEPT_MUTEXES_H_
#define GORACE_DETECTOR_INTERCEPT_MUTEXES_H_

#include <cerrno>

#include "detector/intercept/sync_events.h"

namespace gorace::detector {

// g_ended_threads: the ends of all threads, as one object. A robust mutex is unlocked by the kernel, after its owner's
// end; which thread that was nobody tells, so whoever gets EOWNERDEAD is ordered after the end of all.
inline char g_ended_threads;

// on_locked: `result` is what the locking function returned, `place` the origin of its call (on_object_use).
// EOWNERDEAD: a robust mutex is ours, its last owner died with it.
inline int on_locked(const volatile void* mutex, OriginId place, int result) {
  if (is_outside_of_windows()) return result;
  if (result != 0 && result != EOWNERDEAD) return result;
  on_acquire(mutex);
  if (__builtin_expect(result == EOWNERDEAD, 0)) on_acquire(&g_ended_threads);
  on_lock_taken(mutex, place, /*shared=*/false);
  return result;
}

// before_unlock must precede the real unlock: afterwards the mutex is someone else's, or its memory gone.
inline void before_unlock(const volatile void* mutex, CallSite site) {
  on_unlock_use(mutex, site);
  on_lock_dropped(mutex);
  on_release(mutex);
  if (const Context* context = watched_context(); context != nullptr && context->thread_end != 0) {
    on_release_merge(reinterpret_cast<const void*>(context->thread_end));
  }
}

// MutexReleasedForWait: the mutex's edges around a wait on a condition variable. A destructor, because a cancelled wait
// leaves by forced unwinding, with the mutex locked.
class MutexReleasedForWait {
 public:
  MutexReleasedForWait(const volatile void* mutex, CallSite site) : mutex_(mutex) {
    // The strand does nothing in between: for reports it holds the mutex since it locked it.
    on_object_use(mutex, site);
    on_release(mutex);
  }
  ~MutexReleasedForWait() { on_acquire(mutex_); }
  MutexReleasedForWait(const MutexReleasedForWait&) = delete;
  MutexReleasedForWait& operator=(const MutexReleasedForWait&) = delete;

 private:
  const volatile void* const mutex_;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_MUTEXES_H_
