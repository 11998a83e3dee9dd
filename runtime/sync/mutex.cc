// Mutex, by the algorithm of Go's internal/sync/mutex.go. State: locked, woken, starving, and above them the number of
// waiters.
//
// Normal mode: waiters queue in order, but a woken one competes with arriving goroutines, which are running already and
// mostly win. A waiter that lost and has waited for 1 ms switches the mutex to starvation mode: unlock hands ownership
// to the first in the queue, arriving goroutines do not try. The owner that was the last waiter, or waited less than 1
// ms, switches back.
//
// Unlike Go's, unlock decides everything in one exchange (Go first clears the locked bit, then looks whether to wake
// somebody). Memory is not collected here: once the locked bit is clear another goroutine may lock, unlock and destroy
// the mutex, so nothing may be touched afterwards unless a waiter, who cannot leave without the permit that this unlock
// owes it, keeps the object alive.
#include <gorace/mutex.h>

#include "runtime/dump/dump.h"
#include "runtime/sync/sema.h"

namespace gorace {

namespace internal {
namespace {

constexpr uint32_t kLocked = 1;  // the header's fast path knows this value
constexpr uint32_t kWoken = 2;   // a waiter is awake or a spinner is there: unlock need not wake another
constexpr uint32_t kStarving = 4;
constexpr uint32_t kWaiter = 8;  // one waiter
constexpr int64_t kStarvationNs = 1'000'000;
constexpr int kActiveSpins = 4;
constexpr int kSpinPauses = 30;

// Spinning pays when the owner runs on another processor.
bool can_spin(int iteration) { return iteration < kActiveSpins && runtime::set_max_procs(0) > 1; }

[[gnu::noinline]] void lock_slow(Sema& sema, runtime::WaitReason reason, const void* object) {
  int64_t waiting_since = 0;
  bool starving = false;
  bool awake = false;  // this goroutine set kWoken, or was woken with it set
  int iteration = 0;
  uint32_t old = sema.word.load(std::memory_order_relaxed);
  for (;;) {
    if ((old & (kLocked | kStarving)) == kLocked && can_spin(iteration)) {
      if (!awake && (old & kWoken) == 0 && old / kWaiter != 0 &&
          sema.word.compare_exchange_strong(old, old | kWoken, std::memory_order_relaxed)) {
        awake = true;
      }
      for (int i = 0; i < kSpinPauses; ++i) runtime::cpu_relax();
      ++iteration;
      old = sema.word.load(std::memory_order_relaxed);
      continue;
    }
    uint32_t desired = old;
    if ((old & kStarving) == 0) desired |= kLocked;
    if ((old & (kLocked | kStarving)) != 0) desired += kWaiter;
    if (starving && (old & kLocked) != 0) desired |= kStarving;
    if (awake) desired &= ~kWoken;
    // acquire: pairs with the release in raw_unlock.
    if (!sema.word.compare_exchange_strong(old, desired, std::memory_order_acquire, std::memory_order_relaxed))
      continue;
    if ((old & (kLocked | kStarving)) == 0) return;
    // First in the queue when it waited before.
    const SemaOrder order = waiting_since != 0 ? SemaOrder::kLifo : SemaOrder::kFifo;
    if (waiting_since == 0) waiting_since = runtime::now_ns();
    sema_acquire(sema, order, reason, object);
    starving = starving || runtime::now_ns() - waiting_since > kStarvationNs;
    old = sema.word.load(std::memory_order_relaxed);
    if ((old & kStarving) != 0) {
      // Handed over: not marked locked, and this goroutine is still counted as a waiter.
      uint32_t delta = kLocked - kWaiter;
      if (!starving || old / kWaiter == 1) delta -= kStarving;
      sema.word.fetch_add(delta, std::memory_order_acquire);
      return;
    }
    awake = true;
    iteration = 0;
  }
}

[[gnu::noinline]] bool unlock_slow(Sema& sema, uint32_t old) {
  for (;;) {
    if ((old & kLocked) == 0) return false;
    uint32_t desired = old & ~kLocked;
    bool wake = false;
    if ((old & kStarving) != 0) {
      wake = true;  // a hand-over: the waiter takes itself off the count
    } else if (old / kWaiter != 0 && (old & kWoken) == 0) {
      wake = true;
      desired = (desired - kWaiter) | kWoken;
    }
    // release: pairs with the acquires in lock.
    if (!sema.word.compare_exchange_weak(old, desired, std::memory_order_release, std::memory_order_relaxed)) continue;
    if (wake) sema_release(sema);
    return true;
  }
}

}  // namespace

// acquire and release below pair with each other: what was done under the lock is seen by the next owner.
inline void raw_lock_inline(Sema& sema, runtime::WaitReason reason, const void* object) {
  uint32_t expected = 0;
  if (sema.word.compare_exchange_strong(expected, kLocked, std::memory_order_acquire, std::memory_order_relaxed))
    return;
  lock_slow(sema, reason, object);
}

inline bool raw_unlock_inline(Sema& sema) {
  uint32_t expected = kLocked;
  if (sema.word.compare_exchange_strong(expected, 0, std::memory_order_release, std::memory_order_relaxed)) return true;
  return unlock_slow(sema, expected);
}

void raw_lock(Sema& sema, runtime::WaitReason reason, const void* object) { raw_lock_inline(sema, reason, object); }

bool raw_try_lock(Sema& sema) {
  uint32_t old = sema.word.load(std::memory_order_relaxed);
  if ((old & (kLocked | kStarving)) != 0) return false;
  // There may be a waiter about to take it, but we are running: try. acquire: pairs with raw_unlock.
  return sema.word.compare_exchange_strong(old, old | kLocked, std::memory_order_acquire, std::memory_order_relaxed);
}

bool raw_unlock(Sema& sema) { return raw_unlock_inline(sema); }

}  // namespace internal

void Mutex::lock_slow() {
  internal::note_read(
      this);  // before the lock orders anything: races with the making of a lock at this address (lock_born)
  internal::raw_lock_inline(sema_, runtime::WaitReason::kMutexLock, this);
  internal::note_locked(this, this, /*shared=*/false);
}

bool Mutex::try_lock() {
  if (!internal::raw_try_lock(sema_)) return false;
  internal::note_locked(this, this, /*shared=*/false);
  return true;
}

void Mutex::unlock_slow() {
  internal::note_unlocking(this);
  internal::note_release(this);
  if (!internal::raw_unlock_inline(sema_)) runtime::fatal_error("sync: unlock of unlocked mutex");
}

}  // namespace gorace
