// The functions behind internal::Sema: a semaphore whose waiters are parked goroutines (Go's semacquire and semrelease,
// but with the queue inside the object instead of in a table hashed by address: 8 bytes more a lock, no bucket shared
// by unrelated locks, and waiting for one object never walks past waiters for another).
//
// A release hands its permit directly to the first waiter, so nobody can take it away on the way; overtaking is decided
// by the locks above.
//
// Lifetime: the last thing that sema_release does with the Sema is to release its inner lock. When the waiter it served
// is the object's last user, the object may be destroyed at once.
#ifndef GORACE_RUNTIME_SYNC_SEMA_H_
#define GORACE_RUNTIME_SYNC_SEMA_H_

#include <gorace/internal/sema.h>

#include "runtime/base/spin_lock.h"
#include "runtime/hooks.h"
#include "runtime/sched/sched.h"
#include "runtime/sync/observed.h"

namespace gorace::internal {

// SyncWaiter: a goroutine in the queue of a lock. On its own stack; links are under the queue's lock.
struct SyncWaiter {
  runtime::G* g = nullptr;
  SyncWaiter* next = nullptr;
  uint32_t ticket = 0;  // Cond's
};

// FlagLock: a spin lock whose flag is a field of a public type.
class FlagLock {
 public:
  explicit FlagLock(std::atomic<bool>& flag) : flag_(flag) { acquire(flag_); }
  ~FlagLock() {
    if (held_) release(flag_);
  }
  FlagLock(const FlagLock&) = delete;
  FlagLock& operator=(const FlagLock&) = delete;

  // park blocks the caller and lets go of the lock once it no longer runs.
  void park(runtime::WaitReason reason, const void* object) {
    held_ = false;
    runtime::park(reason, object, [](void* flag) { release(*static_cast<std::atomic<bool>*>(flag)); }, &flag_);
  }

 private:
  static void acquire(std::atomic<bool>& flag) {
    // acquire: pairs with the release in release().
    while (flag.exchange(true, std::memory_order_acquire)) {
      for (int spins = 0; flag.load(std::memory_order_relaxed); ++spins) {
        if (spins < 100) {
          runtime::cpu_relax();
        } else {
          sched_yield();
        }
      }
    }
  }
  static void release(std::atomic<bool>& flag) { flag.store(false, std::memory_order_release); }

  std::atomic<bool>& flag_;
  bool held_ = true;
};

enum class SemaOrder : uint8_t { kFifo, kLifo };

// sema_acquire takes a permit; without one it queues the caller at the end (kFifo) or the front (kLifo) and parks.
void sema_acquire(Sema& sema, SemaOrder order, runtime::WaitReason reason, const void* object);

// sema_release gives a permit to the first waiter, or leaves it for the next acquire.
void sema_release(Sema& sema);

// The mutex on a Sema (its state is in `word`), without events to observers. raw_unlock returns false when it was not
// locked.
void raw_lock(Sema& sema, runtime::WaitReason reason, const void* object);
bool raw_try_lock(Sema& sema);
bool raw_unlock(Sema& sema);

}  // namespace gorace::internal

#endif  // GORACE_RUNTIME_SYNC_SEMA_H_
