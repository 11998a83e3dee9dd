// pthread_rwlock_*: a writer's unlock happens before the next lock of either kind, a reader's before the next writer's
// lock; readers do not order each other.
#include <pthread.h>

#include "detector/intercept/mutex_checks.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_init)> real_init("pthread_rwlock_init");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_destroy)> real_destroy("pthread_rwlock_destroy");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_rdlock)> real_rdlock("pthread_rwlock_rdlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_tryrdlock)> real_tryrdlock("pthread_rwlock_tryrdlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_timedrdlock)> real_timedrdlock("pthread_rwlock_timedrdlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_clockrdlock)> real_clockrdlock("pthread_rwlock_clockrdlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_wrlock)> real_wrlock("pthread_rwlock_wrlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_trywrlock)> real_trywrlock("pthread_rwlock_trywrlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_timedwrlock)> real_timedwrlock("pthread_rwlock_timedwrlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_clockwrlock)> real_clockwrlock("pthread_rwlock_clockwrlock");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_rwlock_unlock)> real_unlock("pthread_rwlock_unlock");

int on_read_locked(pthread_rwlock_t* lock, OriginId place, int result) {
  if (result != 0 || is_outside_of_windows()) return result;
  on_acquire_shared(lock);
  on_lock_taken(lock, place, /*shared=*/true);
  return result;
}

int on_write_locked(pthread_rwlock_t* lock, OriginId place, int result) {
  if (result != 0 || is_outside_of_windows()) return result;
  on_acquire_exclusive(lock);
  on_lock_taken(lock, place, /*shared=*/false);
  return result;
}

// Only the holder calls unlock, so what glibc keeps there about a writer cannot change meanwhile: zero while readers
// hold the lock.
bool held_by_writer(const pthread_rwlock_t* lock) { return lock->__data.__cur_writer != 0; }

// Locking and unlocking, for a strand whose context is at hand: the same as below, asked for once.
[[gnu::noinline]] int lock_plainly(Context* context, pthread_rwlock_t* lock, CallSite site, bool for_reading) {
  const uintptr_t address = address_of(lock);
  const OriginId place = origin_of_call(context, site, AccessKind::kAtomic);
  use_object(context, address, place);
  note_lock_order(context, address, place);
  const int result = for_reading ? real_rdlock(lock) : real_wrlock(lock);
  if (__builtin_expect(result != 0, 0)) return result;
  for_reading ? acquire_shared(context, address) : acquire_exclusive(context, address);
  context->held.add(address, place, for_reading, context->epoch, /*thread_bound=*/true);
  return 0;
}

[[gnu::noinline]] int unlock_plainly(Context* context, pthread_rwlock_t* lock, CallSite site) {
  const uintptr_t address = address_of(lock);
  if (__builtin_expect(!context->held.holds(address), 0)) check_unlock(lock, site);
  if (!context->held.taken_in(context->epoch, address)) on_object_use(lock, site);
  if (!context->held.remove(address)) note_handed_over(address);
  held_by_writer(lock) ? release(context, address) : release_shared(context, address);
  return real_unlock(lock);
}

// Out of line: outside of a sampled program's windows, no register is saved for what is done within.
[[gnu::noinline]] int read_lock_in_window(pthread_rwlock_t* lock, CallSite site) {
  const OriginId place = on_object_use(lock, site);
  on_lock_wanted(lock, place);
  return on_read_locked(lock, place, real_rdlock(lock));
}

[[gnu::noinline]] int write_lock_in_window(pthread_rwlock_t* lock, CallSite site) {
  const OriginId place = on_object_use(lock, site);
  on_lock_wanted(lock, place);
  return on_write_locked(lock, place, real_wrlock(lock));
}

[[gnu::noinline]] int unlock_in_window(pthread_rwlock_t* lock, CallSite site) {
  check_unlock(lock, site);
  on_unlock_use(lock, site);
  on_lock_dropped(lock);
  if (held_by_writer(lock)) {
    on_release(lock);
  } else {
    on_release_shared(lock);
  }
  return real_unlock(lock);
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* attributes) {
  on_object_init(lock, sizeof *lock, CallSite::here());
  return real_init(lock, attributes);
}

int pthread_rwlock_destroy(pthread_rwlock_t* lock) {
  const CallSite site = CallSite::here();
  check_destroy(lock, site);
  on_object_destroy(lock, sizeof *lock, site);
  return real_destroy(lock);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  if (Context* context = plain_context(); context != nullptr)
    return lock_plainly(context, lock, CallSite::here(), true);
  if (!is_outside_of_windows()) return read_lock_in_window(lock, CallSite::here());
  const int result = real_rdlock(lock);
  return is_window_open() ? on_read_locked(lock, kUnknownOrigin, result) : result;
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) {
  const OriginId place = on_object_use(lock, CallSite::here());
  return on_read_locked(lock, place, real_tryrdlock(lock));
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* deadline) {
  const OriginId place = on_object_use(lock, CallSite::here());
  return on_read_locked(lock, place, real_timedrdlock(lock, deadline));
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* deadline) {
  const OriginId place = on_object_use(lock, CallSite::here());
  return on_read_locked(lock, place, real_clockrdlock(lock, clock, deadline));
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  if (Context* context = plain_context(); context != nullptr)
    return lock_plainly(context, lock, CallSite::here(), false);
  if (!is_outside_of_windows()) return write_lock_in_window(lock, CallSite::here());
  const int result = real_wrlock(lock);
  return is_window_open() ? on_write_locked(lock, kUnknownOrigin, result) : result;
}

int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) {
  const OriginId place = on_object_use(lock, CallSite::here());
  return on_write_locked(lock, place, real_trywrlock(lock));
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* deadline) {
  const OriginId place = on_object_use(lock, CallSite::here());
  return on_write_locked(lock, place, real_timedwrlock(lock, deadline));
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* deadline) {
  const OriginId place = on_object_use(lock, CallSite::here());
  return on_write_locked(lock, place, real_clockwrlock(lock, clock, deadline));
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) {
  if (Context* context = plain_context(); context != nullptr) return unlock_plainly(context, lock, CallSite::here());
  if (!is_outside_of_windows()) return unlock_in_window(lock, CallSite::here());
  on_lock_dropped(lock);
  return real_unlock(lock);
}

}  // extern "C"
