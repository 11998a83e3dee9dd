// Misuse of pthread mutexes and rwlocks, found by what glibc keeps in them: who holds one, and whether it was
// destroyed. Nothing is stored beside, and a lock that was taken where the detector does not look is known all the
// same.
//
// The inline parts are a load or two; what they call is for locks that are contended or misused.
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_INTERCEPT_MUTEX_CHECKS_H_
#define GORACE_DETECTOR_INTERCEPT_MUTEX_CHECKS_H_

#include <pthread.h>

#include "detector/abi/call_stack.h"

namespace gorace::detector {

// Before waiting for a mutex that is locked or was destroyed.
void check_doubtful_lock(const pthread_mutex_t* mutex, OriginId place);
// Before the unlock of a mutex that the calling thread does not hold.
void check_doubtful_unlock(const pthread_mutex_t* mutex, CallSite site);
void check_destroy(const pthread_mutex_t* mutex, CallSite site);

void check_unlock(const pthread_rwlock_t* lock, CallSite site);
void check_destroy(const pthread_rwlock_t* lock, CallSite site);

inline int mutex_word(const int& word) { return __atomic_load_n(&word, __ATOMIC_RELAXED); }

inline void check_lock(const pthread_mutex_t* mutex, OriginId place) {
  // glibc's destroy leaves -1 as the kind.
  const bool doubtful = mutex_word(mutex->__data.__lock) != 0 || mutex_word(mutex->__data.__kind) < 0;
  if (__builtin_expect(doubtful, 0)) check_doubtful_lock(mutex, place);
}

inline void check_unlock(const Context& context, const pthread_mutex_t* mutex, CallSite site) {
  // What the strand took last, as a rule.
  const HeldLocks& held = context.held;
  const bool is_newest = held.count() != 0 && held[held.count() - 1].address == reinterpret_cast<uintptr_t>(mutex);
  if (__builtin_expect(!is_newest, 0)) check_doubtful_unlock(mutex, site);
}

inline void check_unlock(const pthread_mutex_t* mutex, CallSite site) {
  const Context* context = watched_context();
  if (context != nullptr) check_unlock(*context, mutex, site);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_MUTEX_CHECKS_H_
