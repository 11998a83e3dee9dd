// Mutex, by the algorithm of Go's internal/sync/mutex.go. State: who holds it, woken, starving, and above them the
// number of waiters.
//
// Normal mode: waiters queue in order, but a woken one competes with arriving goroutines, which are running already and
// mostly win. A waiter that lost and has waited for 1 ms switches the mutex to starvation mode: unlock hands ownership
// to the first in the queue, arriving goroutines do not try. The owner that was the last waiter, or waited less than 1
// ms, switches back.
//
// Unlike Go's, unlock never gives the mutex up before it knows whom to wake. Memory is not collected here: once the
// mutex is free another goroutine may lock, unlock and destroy it, so nothing may be touched afterwards unless a
// waiter, who cannot leave without the permit that this unlock owes it, keeps the object alive. Still the common unlock
// is a look and one decrement, cheaper than a compare-and-swap (4.0 against 4.7 ns for a pair of lock and unlock):
// "held" has two values. It is kHeldAlone while the rest of the word is zero, and the decrement frees the mutex; else
// it is kHeld, and the decrement only makes it kHeldAlone, so that the owner decides what to do under the lock still.
// (Drepper, "Futexes are tricky", mutex2, does so with two states.)
#include <gorace/mutex.h>

#include "runtime/dump/dump.h"
#include "runtime/sync/sema.h"

namespace gorace {

namespace internal {
namespace {

constexpr uint32_t kHeldAlone = 1;  // the header's fast path knows this value
constexpr uint32_t kHeld = 2;
constexpr uint32_t kHolder = 3;  // the bits of both; all of them: unlocked once too often
constexpr uint32_t kWoken = 4;   // a waiter is awake or a spinner is there: unlock need not wake another
constexpr uint32_t kStarving = 8;
constexpr uint32_t kWaiter = 16;  // one waiter
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
    if ((old & kHolder) != 0 && (old & kStarving) == 0 && can_spin(iteration)) {
      if (!awake && (old & kWoken) == 0 && old / kWaiter != 0 &&
          sema.word.compare_exchange_strong(old, old | kWoken, std::memory_order_relaxed)) {
        awake = true;
      }
      for (int i = 0; i < kSpinPauses; ++i) runtime::cpu_relax();
      ++iteration;
      old = sema.word.load(std::memory_order_relaxed);
      continue;
    }
    const bool queues = (old & (kHolder | kStarving)) != 0;
    uint32_t rest = old & ~kHolder;
    if (queues) rest += kWaiter;
    if (starving && (old & kHolder) != 0) rest |= kStarving;
    if (awake) rest &= ~kWoken;
    // In starvation mode a free mutex is on its way to a waiter.
    const bool held = (old & kHolder) != 0 || !queues;
    const uint32_t desired = rest | (!held ? 0 : rest == 0 ? kHeldAlone : kHeld);
    // acquire: pairs with the release in raw_unlock.
    if (!sema.word.compare_exchange_strong(old, desired, std::memory_order_acquire, std::memory_order_relaxed))
      continue;
    if (!queues) return;
    // First in the queue when it waited before.
    const SemaOrder order = waiting_since != 0 ? SemaOrder::kLifo : SemaOrder::kFifo;
    if (waiting_since == 0) waiting_since = runtime::now_ns();
    sema_acquire(sema, order, reason, object);
    starving = starving || runtime::now_ns() - waiting_since > kStarvationNs;
    old = sema.word.load(std::memory_order_relaxed);
    if ((old & kStarving) != 0) {
      // Handed over: not marked held, and this goroutine is still counted as a waiter.
      uint32_t delta = kHeld - kWaiter;
      if (!starving || old / kWaiter == 1) delta -= kStarving;
      sema.word.fetch_add(delta, std::memory_order_acquire);
      return;
    }
    awake = true;
    iteration = 0;
  }
}

// unlock_contended is an unlock, or the rest of one whose decrement did not free the mutex. False: it was not locked.
[[gnu::noinline]] bool unlock_contended(Sema& sema) {
  uint32_t old = sema.word.load(std::memory_order_relaxed);
  for (;;) {
    if ((old & kHolder) == kHolder || (old & kHolder) == 0) return false;
    uint32_t desired = old & ~kHolder;
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

void raw_lock(Sema& sema, runtime::WaitReason reason, const void* object) {
  uint32_t expected = 0;
  // acquire and release, here and below, pair with each other: what was done under the lock is seen by the next owner.
  if (sema.word.compare_exchange_strong(expected, kHeldAlone, std::memory_order_acquire, std::memory_order_relaxed))
    return;
  lock_slow(sema, reason, object);
}

bool raw_unlock(Sema& sema) {
  return (sema.word.load(std::memory_order_relaxed) == kHeldAlone &&
          sema.word.fetch_sub(1, std::memory_order_release) == kHeldAlone) ||
         unlock_contended(sema);
}

bool raw_try_lock(Sema& sema) {
  uint32_t old = sema.word.load(std::memory_order_relaxed);
  if ((old & (kHolder | kStarving)) != 0) return false;
  // There may be a waiter about to take it, but we are running: try. acquire: pairs with raw_unlock.
  const uint32_t held = old == 0 ? kHeldAlone : kHeld;
  return sema.word.compare_exchange_strong(old, old | held, std::memory_order_acquire, std::memory_order_relaxed);
}

}  // namespace internal

void Mutex::lock_slow() {
  // Before the lock orders anything: races with the making of a lock at this address (lock_born).
  internal::note_lock_wanted(this);
  internal::lock_slow(sema_, runtime::WaitReason::kMutexLock, this);
  internal::note_locked(this, this, /*shared=*/false);
}

bool Mutex::try_lock() {
  if (!internal::raw_try_lock(sema_)) return false;
  internal::note_locked(this, this, /*shared=*/false);
  return true;
}

void Mutex::unlock_slow(bool decremented) {
  if (!decremented) {
    internal::note_unlocking(this);
    internal::note_release(this);
  }
  const bool was_locked = decremented ? internal::unlock_contended(sema_) : internal::raw_unlock(sema_);
  if (!was_locked) runtime::fatal_error("sync: unlock of unlocked mutex");
}

}  // namespace gorace
