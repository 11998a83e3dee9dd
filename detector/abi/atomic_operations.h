// Atomic operations of instrumented code: the access, the operation and its clocks, for 1 to 16 bytes.
//
// The access is recorded in the strand's present epoch, before anybody can be ordered after it; under the object's lock
// are the operation and then the change of clocks. An operation that has no business with clocks takes no lock.
#ifndef GORACE_DETECTOR_ABI_ATOMIC_OPERATIONS_H_
#define GORACE_DETECTOR_ABI_ATOMIC_OPERATIONS_H_

#include <cstdint>

#include "detector/abi/access_check.h"
#include "detector/abi/atomic_clocks.h"
#include "detector/abi/raw_atomic.h"
#include "detector/shadow/atomic_access.h"
#include "detector/shadow/granule.h"

namespace gorace::detector {

// LockedSyncVar: an object's clock, locked for a scope, or nothing.
class LockedSyncVar {
 public:
  enum class Mode { kCreate, kIfPresent };
  LockedSyncVar(const volatile void* object, Mode mode) {
    const auto address = reinterpret_cast<uintptr_t>(object);
    locked_ = mode == Mode::kCreate ? lock_sync_var(address) : lock_sync_var_if_present(address);
  }
  ~LockedSyncVar() {
    if (locked_ != nullptr) locked_->lock.unlock();
  }
  LockedSyncVar(const LockedSyncVar&) = delete;
  LockedSyncVar& operator=(const LockedSyncVar&) = delete;
  explicit operator bool() const { return locked_ != nullptr; }
  SyncVar& operator*() const { return *locked_; }

 private:
  SyncVar* locked_;
};

// RecordedAtomic records the access in the present epoch of the running strand, which is watched. It is sure from
// confirm() on, after the operation (shadow/atomic_access.h). `ends_epoch`: it is part of a release, so this epoch's
// first and last one; there is nothing to be found.
template <class T>
class RecordedAtomic {
 public:
  using Barrier = AtomicAccess::Barrier;

  [[gnu::always_inline]] RecordedAtomic(Context* context, const volatile T* object, Direction direction, CallSite site,
                                        Barrier barrier, bool ends_epoch = false)
      : access_(context, {reinterpret_cast<uintptr_t>(object), sizeof(T), direction == Direction::kWrite, ends_epoch},
                barrier, [=] { return origin_of_call(context, site, AccessKind::kAtomic); }) {}
  void confirm() { access_.confirm(); }

 private:
  AtomicAccess access_;
};

// 16 bytes lie in two granules.
template <class T>
  requires(sizeof(T) > 8)
class RecordedAtomic<T> {
 public:
  using Barrier = AtomicAccess::Barrier;

  RecordedAtomic(Context*, const volatile T* object, Direction direction, CallSite site, Barrier,
                 bool /*ends_epoch*/ = false) {
    check_range(object, sizeof(T), direction, site, AccessKind::kAtomic);
  }
  void confirm() {}
};

// record_atomic is a RecordedAtomic with no operation after it. Out of line: a load that was recorded in this epoch
// already, in a waiting loop, does not come here.
template <class T>
[[gnu::noinline]] void record_atomic(Context* context, const volatile T* object, Direction direction, CallSite site) {
  RecordedAtomic<T> recorded(context, object, direction, site, AtomicAccess::Barrier::kOwn);
  recorded.confirm();
}

// watched_for_atomic returns the context of the running strand, or null when neither the access nor the clocks are to
// be followed.
template <class T>
Context* watched_for_atomic(const volatile T* object) {
  Context* context = watched_context();
  if (sizeof(T) <= 8 && needs_no_record(reinterpret_cast<uintptr_t>(object))) return nullptr;
  return context;
}

// catch_up is called after an operation that was done without the object's clock, outside of a sampled program's
// windows. If one has opened meanwhile, what was read may come from it, and its edge must not be lost.
inline void catch_up(const volatile void* object, MemoryOrder order) {
  if (__builtin_expect(!is_sampled_program(), 1)) return;
  __atomic_thread_fence(__ATOMIC_ACQUIRE);  // the operation is before the look, relaxed ones too
  __gorace_sampling_catch_up(object, order.order);
}

template <class T>
T atomic_load(const volatile T* object, int number, CallSite site) {
  const MemoryOrder order(number);
  Context* context = watched_for_atomic(object);
  if (context == nullptr) {
    const T value = raw_load(object);
    catch_up(object, order);
    return value;
  }
  if (sizeof(T) > 8 ||
      !holds_own_atomic(thread_state(), reinterpret_cast<uintptr_t>(object), sizeof(T), context->current, false)) {
    if (load_needs_clock(order)) prefetch_sync_var(reinterpret_cast<uintptr_t>(object));
    record_atomic(context, object, Direction::kRead, site);
  }
  if (!load_needs_clock(order)) return raw_load(object);
  if (!fences_in_use()) {
    const T value = raw_load(object);
    if (knows_released_value(*context, reinterpret_cast<uintptr_t>(object))) return value;
  }
  using Mode = LockedSyncVar::Mode;
  if (const LockedSyncVar sync_var(object, Mode::kIfPresent); sync_var) {
    const T value = raw_load(object);
    clocks_after_load(context, *sync_var, order);
    return value;
  }
  // No clock yet. A release store may bring one before our load: then its edge must not be lost.
  const T value = raw_load(object);
  clocks_after_unseen(context, reinterpret_cast<uintptr_t>(object), order);
  return value;
}

template <class T>
void atomic_store(volatile T* object, T value, int number, CallSite site) {
  const MemoryOrder order(number);
  Context* context = watched_for_atomic(object);
  if (context == nullptr) return raw_store(object, value);
  RecordedAtomic<T> recorded(context, object, Direction::kWrite, site, AtomicAccess::Barrier::kFollows,
                             order.releases());
  using Mode = LockedSyncVar::Mode;
  const LockedSyncVar sync_var(object, write_makes_clock(context, order) ? Mode::kCreate : Mode::kIfPresent);
  raw_store(object, value);
  // Before others can be ordered after it.
  recorded.confirm();
  if (sync_var) clocks_after_store(context, *sync_var, order);
}

// atomic_rmw runs operation(), which does the raw read-modify-write and returns the old value.
template <class T, class Operation>
T atomic_rmw(volatile T* object, int number, CallSite site, Operation operation) {
  const MemoryOrder order(number);
  Context* context = watched_for_atomic(object);
  if (context == nullptr) {
    const T old_value = operation();
    catch_up(object, order);
    return old_value;
  }
  RecordedAtomic<T> recorded(context, object, Direction::kWrite, site, AtomicAccess::Barrier::kFollows,
                             order.releases());
  // A relaxed RMW leaves the object's clock alone, unless fences give it something to carry.
  if (!load_needs_clock(order) && !write_makes_clock(context, order)) {
    const T old_value = operation();
    recorded.confirm();
    return old_value;
  }
  const LockedSyncVar sync_var(object, LockedSyncVar::Mode::kCreate);
  const T old_value = operation();
  recorded.confirm();
  // Nobody but this strand has released here: there is nothing to acquire.
  if (order.releases() && (*sync_var).released.store_again(*context)) {
    context_advance_epoch(context);
  } else {
    clocks_after_rmw(context, *sync_var, order);
  }
  return old_value;
}

// atomic_compare_exchange returns whether it stored; *expected becomes the value that was found. A failed one only
// reads: it must not race with plain reads.
template <class T>
bool atomic_compare_exchange(volatile T* object, T* expected, T desired, int success, int failure, CallSite site) {
  const MemoryOrder order(success);
  const MemoryOrder failure_order(failure);
  Context* context = watched_for_atomic(object);
  if (context == nullptr) {
    const bool stored = raw_compare_exchange(object, expected, desired);
    catch_up(object, stored ? order : failure_order);
    return stored;
  }
  const auto record = [=](bool stored) {
    record_atomic(context, object, stored ? Direction::kWrite : Direction::kRead, site);
  };
  if (!load_needs_clock(order) && !load_needs_clock(failure_order) && !write_makes_clock(context, order)) {
    const bool stored = raw_compare_exchange(object, expected, desired);
    record(stored);
    return stored;
  }
  const LockedSyncVar sync_var(object, LockedSyncVar::Mode::kCreate);
  const bool stored = raw_compare_exchange(object, expected, desired);
  record(stored);
  if (stored) {
    clocks_after_rmw(context, *sync_var, order);
  } else {
    clocks_after_load(context, *sync_var, failure_order);
  }
  return stored;
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_ATOMIC_OPERATIONS_H_
