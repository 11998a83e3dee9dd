// Sync events: what an interceptor tells the detector about a synchronisation object, in the name of the running
// strand. Each does nothing on a strand that is not watched.
#ifndef GORACE_DETECTOR_INTERCEPT_SYNC_EVENTS_H_
#define GORACE_DETECTOR_INTERCEPT_SYNC_EVENTS_H_

#include <cstddef>
#include <cstdint>

#include "detector/abi/access_check.h"
#include "detector/lock_order/lock_order.h"
#include "detector/sampling/sampling.h"
#include "detector/syncvar/sync_var.h"

namespace gorace::detector {

inline uintptr_t address_of(const volatile void* object) { return reinterpret_cast<uintptr_t>(object); }

inline void on_acquire(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) acquire(context, address_of(object));
}
inline void on_release(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) release(context, address_of(object));
}
inline void on_release_merge(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) release_merge(context, address_of(object));
}
inline void on_acquire_shared(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) acquire_shared(context, address_of(object));
}
inline void on_release_shared(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) release_shared(context, address_of(object));
}
inline void on_acquire_exclusive(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) acquire_exclusive(context, address_of(object));
}

// An object's init and destroy write it, its use reads it atomically: so a use that is not ordered with the end of the
// object's life (destroy, free) is a race report. One byte stands for the object. The origin of a use is where a lock
// is taken.
inline void on_object_init(const volatile void* object, size_t bytes, CallSite site) {
  forget_sync_vars(address_of(object), bytes);
  check_range(object, 1, Direction::kWrite, site);
}
inline OriginId on_object_use(const volatile void* object, CallSite site) {
  Context* context = watched_context();
  if (context == nullptr) return kUnknownOrigin;
  const OriginId origin = origin_of_call(context, site, AccessKind::kAtomic);
  if (context->access_ignore_depth == 0) {
    use_object(context, address_of(object), origin);
  }
  return origin;
}
inline void on_object_destroy(const volatile void* object, size_t bytes, CallSite site) {
  forget_lock_order(address_of(object), bytes);
  check_range(object, 1, Direction::kWrite, site);
  forget_sync_vars(address_of(object), bytes);
}

// on_lock_wanted: the strand is about to wait for a lock, with those that it holds in hand (lock_order/).
inline void on_lock_wanted(const volatile void* lock, OriginId place) {
  if (Context* context = watched_context(); context != nullptr) note_lock_order(context, address_of(lock), place);
}

// Which locks the strand holds, for reports. kThread: only the OS thread that took the lock may give it back.
enum class LockOwner : bool { kAnybody, kThread };
inline void on_lock_taken(const volatile void* lock, OriginId place, bool shared,
                          LockOwner owner = LockOwner::kThread) {
  if (Context* context = watched_context(); context != nullptr) {
    context->held.add(address_of(lock), place, shared, context->epoch, owner == LockOwner::kThread);
  }
}
// on_unlock_use is on_object_use for an unlock. When the strand took the lock in its present epoch, the use that was
// recorded then stands for this one: whoever has ended the object's life since was checked against it.
inline void on_unlock_use(const volatile void* lock, CallSite site) {
  const Context* context = watched_context();
  if (context != nullptr && !context->held.taken_in(context->epoch, address_of(lock))) on_object_use(lock, site);
}
// Also outside of windows: it may have been taken within one.
inline void on_lock_dropped(const volatile void* lock) {
  Context* context = followed_context();
  if (context == nullptr || context->held.remove(address_of(lock))) return;
  if (watched_context() != nullptr && !is_sampled_program()) note_handed_over(address_of(lock));
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_SYNC_EVENTS_H_
