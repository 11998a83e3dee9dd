// pthread_mutex_* and pthread_spin_*: unlock happens before the next lock.
#include "detector/intercept/mutexes.h"

#include <pthread.h>

#include "detector/intercept/mutex_checks.h"
#include "detector/intercept/real_function.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(pthread_mutex_init)> real_mutex_init("pthread_mutex_init");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_mutex_destroy)> real_mutex_destroy("pthread_mutex_destroy");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_mutex_lock)> real_mutex_lock("pthread_mutex_lock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_mutex_trylock)> real_mutex_trylock("pthread_mutex_trylock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_mutex_timedlock)> real_mutex_timedlock("pthread_mutex_timedlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_mutex_clocklock)> real_mutex_clocklock("pthread_mutex_clocklock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_mutex_unlock)> real_mutex_unlock("pthread_mutex_unlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_spin_init)> real_spin_init("pthread_spin_init");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_spin_destroy)> real_spin_destroy("pthread_spin_destroy");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_spin_lock)> real_spin_lock("pthread_spin_lock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_spin_trylock)> real_spin_trylock("pthread_spin_trylock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_spin_unlock)> real_spin_unlock("pthread_spin_unlock");

// Locking and unlocking, for a strand whose context is at hand: the same as below, asked for once.
[[gnu::noinline]] int lock_plainly(Context* context, pthread_mutex_t* mutex, CallSite site) {
  const uintptr_t address = address_of(mutex);
  const OriginId place = origin_of_call(context, site, AccessKind::kAtomic);
  use_object(context, address, place);
  check_lock(mutex, place);
  note_lock_order(context, address, place);
  const int result = real_mutex_lock(mutex);
  if (__builtin_expect(result != 0, 0)) return on_locked(mutex, place, result);
  acquire(context, address);
  context->held.add(address, place, /*shared=*/false, context->epoch, /*thread_bound=*/true);
  return 0;
}

[[gnu::noinline]] int unlock_plainly(Context* context, pthread_mutex_t* mutex, CallSite site) {
  const uintptr_t address = address_of(mutex);
  check_unlock(*context, mutex, site);
  if (!context->held.taken_in(context->epoch, address)) on_object_use(mutex, site);
  if (!context->held.remove(address)) note_handed_over(address);
  release(context, address);
  if (__builtin_expect(context->thread_end != 0, 0)) release_merge(context, context->thread_end);
  return real_mutex_unlock(mutex);
}

// Out of line: outside of a sampled program's windows, no register is saved for what is done within.
[[gnu::noinline]] int lock_in_window(pthread_mutex_t* mutex, CallSite site) {
  const OriginId place = on_object_use(mutex, site);
  check_lock(mutex, place);
  on_lock_wanted(mutex, place);
  return on_locked(mutex, place, real_mutex_lock(mutex));
}

[[gnu::noinline]] int unlock_in_window(pthread_mutex_t* mutex, CallSite site) {
  check_unlock(mutex, site);
  before_unlock(mutex, site);
  return real_mutex_unlock(mutex);
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) {
  on_object_init(mutex, sizeof *mutex, CallSite::here());
  return real_mutex_init(mutex, attributes);
}

int pthread_mutex_destroy(pthread_mutex_t* mutex) {
  const CallSite site = CallSite::here();
  check_destroy(mutex, site);
  const int result = real_mutex_destroy(mutex);
  if (result == 0) on_object_destroy(mutex, sizeof *mutex, site);
  return result;
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  if (Context* context = plain_context(); context != nullptr) return lock_plainly(context, mutex, CallSite::here());
  if (!is_outside_of_windows()) return lock_in_window(mutex, CallSite::here());
  const int result = real_mutex_lock(mutex);
  return is_window_open() ? on_locked(mutex, kUnknownOrigin, result) : result;
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  const OriginId place = on_object_use(mutex, CallSite::here());
  return on_locked(mutex, place, real_mutex_trylock(mutex));
}

int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) {
  const OriginId place = on_object_use(mutex, CallSite::here());
  return on_locked(mutex, place, real_mutex_timedlock(mutex, deadline));
}

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline) {
  const OriginId place = on_object_use(mutex, CallSite::here());
  return on_locked(mutex, place, real_mutex_clocklock(mutex, clock, deadline));
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  if (Context* context = plain_context(); context != nullptr) return unlock_plainly(context, mutex, CallSite::here());
  if (!is_outside_of_windows()) return unlock_in_window(mutex, CallSite::here());
  on_lock_dropped(mutex);
  return real_mutex_unlock(mutex);
}

int pthread_spin_init(pthread_spinlock_t* lock, int shared) {
  on_object_init(lock, sizeof *lock, CallSite::here());
  return real_spin_init(lock, shared);
}

int pthread_spin_destroy(pthread_spinlock_t* lock) {
  on_object_destroy(lock, sizeof *lock, CallSite::here());
  return real_spin_destroy(lock);
}

int pthread_spin_lock(pthread_spinlock_t* lock) {
  const OriginId place = on_object_use(lock, CallSite::here());
  return on_locked(lock, place, real_spin_lock(lock));
}

int pthread_spin_trylock(pthread_spinlock_t* lock) {
  const OriginId place = on_object_use(lock, CallSite::here());
  return on_locked(lock, place, real_spin_trylock(lock));
}

int pthread_spin_unlock(pthread_spinlock_t* lock) {
  before_unlock(lock, CallSite::here());
  return real_spin_unlock(lock);
}

}  // extern "C"
