// SyncLock: the lock of a synchronisation object's clock, a spin lock that is biased: whoever took it many times with
// nobody else in between owns it, and then takes it with plain stores. An atomic operation under it is then the only
// locked instruction of its kind, and most mutexes and counters are one thread's for long stretches.
//
// The owner says which lock it is in, and then looks whether it still owns it; who wants to take the lock away writes
// that the owner no longer does, has all threads pass a fence, and waits until the owner is not in it (an asymmetric
// Dekker, context/fence_all.h). Taking it away costs 2 us, and comes once in kPatience uses of a thread at most,
// whatever the program does; so 2 ns a use.
//
// Under the lock the thread counts as inside the detector, so that signal handlers wait.
//
// Thread safety: any thread.
// Source: Dice, Huang, Yang: Asymmetric Dekker Synchronization (2001); biased locking of Java's monitors (Kawachiya,
// Koseki, Onodera, OOPSLA 2002).
#ifndef GORACE_DETECTOR_SYNCVAR_SYNC_LOCK_H_
#define GORACE_DETECTOR_SYNCVAR_SYNC_LOCK_H_

#include <atomic>
#include <cstdint>

#include "detector/context/thread_state.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {

class SyncLock {
 public:
  // Of so many uses of locks that this thread had used last, too, one makes it the owner.
  static constexpr uint32_t kPatience = 1024;

  void lock() {
    ThreadState& state = thread_state();
    enter_detector(state);
    if (!take_owned(state)) lock_shared_by_many(state);
  }

  void unlock() {
    ThreadState& state = thread_state();
    if (is_in(state)) {
      // release: pairs with the acquire of who takes the lock away.
      state.own_atomics->owned_lock.store(nullptr, std::memory_order_release);
    } else {
      lock_.unlock();
    }
    leave_detector(state);
  }

  // is_held: somebody has it at this moment. acquire: what the last holder did is seen when it has not. First the
  // owner, then the lock: who takes the lock away holds it until the owner is out.
  bool is_held() const {
    const uint8_t owner = owner_.load(std::memory_order_acquire);
    return ((owner & ThreadState::kOwner) != 0 && is_in_by(owner)) || lock_.is_held();
  }

  // is_owned: for tests.
  bool is_owned() const { return (owner_.load(std::memory_order_relaxed) & ThreadState::kOwner) != 0; }

 private:
  bool take_owned(ThreadState& state) {
    if (owner_.load(std::memory_order_relaxed) != state.owner_mark) return false;
    // Within another one that it owns it takes this one as everybody does.
    if (state.own_atomics->owned_lock.load(std::memory_order_relaxed) != nullptr) return false;
    // release: who takes the lock away and finds another lock here sees what was done under this one.
    state.own_atomics->owned_lock.store(this, std::memory_order_release);
    // Only the compiler's order is needed: take_away() sees to the processor's.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (__builtin_expect(owner_.load(std::memory_order_relaxed) == state.owner_mark, 1)) return true;
    state.own_atomics->owned_lock.store(nullptr, std::memory_order_release);
    return false;
  }

  bool is_in(const ThreadState& state) const {
    return state.own_atomics != nullptr && state.own_atomics->owned_lock.load(std::memory_order_relaxed) == this;
  }
  bool is_in_by(uint8_t owner) const;

  void lock_shared_by_many(ThreadState& state) {
    lock_.lock();
    const uint8_t last_user = owner_.load(std::memory_order_relaxed);
    if (last_user == (state.owner_mark & ~ThreadState::kOwner)) {
      if (__builtin_expect(++state.uses_of_own_locks % kPatience == 0, 0)) become_owner(state);
    } else {
      change_user(state, last_user);
    }
  }
  void become_owner(const ThreadState& state);
  void change_user(const ThreadState& state, uint8_t last_user);

  runtime::SpinLock lock_;
  // 0: nobody; a thread's owner_mark: it owns the lock; the mark without kOwner: it used it last. Written under lock_.
  std::atomic<uint8_t> owner_{0};
};
static_assert(sizeof(SyncLock) == 2);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SYNCVAR_SYNC_LOCK_H_
