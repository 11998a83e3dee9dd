// Cond: lets goroutines wait until another announces a change, with Go's semantics (sync.Cond).
//
//   gorace::Mutex mutex;
//   gorace::Cond not_empty;
//   std::unique_lock lock(mutex);
//   not_empty.wait(lock, [&] { return !queue.empty(); });
//
// wait() takes anything with lock() and unlock() that guards the condition: a Mutex, an RWMutex, a std::unique_lock on
// one of them.
//
// Thread safety: all functions, from goroutines, main and threads not made by gorace. signal() and broadcast() may be
// called with or without the lock. 32 bytes, constant-initialised, trivially destructible.
//
// Ordering: none of its own, only what the lock gives. There are no spurious wake-ups, but others may have changed the
// condition between the signal and the waiter's turn: check it again, or use wait with a predicate.
#ifndef GORACE_COND_H_
#define GORACE_COND_H_

#include <atomic>
#include <cstdint>

#include <gorace/internal/sema.h>

namespace gorace {

class Cond {
 public:
  constexpr Cond() noexcept { internal::object_born(this, sizeof(Cond)); }
  Cond(const Cond&) = delete;
  Cond& operator=(const Cond&) = delete;

  // wait unlocks `lock`, blocks until a signal or broadcast that comes after that, and locks again.
  template <class Lock>
  void wait(Lock& lock) {
    const uint32_t ticket = take_ticket();
    lock.unlock();
    await(ticket);
    lock.lock();
  }
  template <class Lock, class Predicate>
  void wait(Lock& lock, Predicate predicate) {
    while (!predicate()) wait(lock);
  }

  // signal lets the longest waiting goroutine go, if there is one; broadcast all of them.
  void signal();
  void broadcast();

 private:
  uint32_t take_ticket();
  void await(uint32_t ticket);

  std::atomic<uint32_t> next_ticket_{0};  // of the next waiter
  std::atomic<uint32_t> next_notify_{0};  // the ticket that is notified next; changed under lock_
  std::atomic<bool> lock_{false};
  internal::SyncWaiter* first_ = nullptr;  // under lock_
  internal::SyncWaiter* last_ = nullptr;
};

}  // namespace gorace

#endif  // GORACE_COND_H_
