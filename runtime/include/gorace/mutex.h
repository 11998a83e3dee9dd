// Mutex: mutual exclusion between goroutines, with Go's semantics (sync.Mutex).
//
//   gorace::Mutex mutex;
//   { std::lock_guard lock(mutex); ++counter; }
//
// A goroutine that waits lets others run; the thread does not block. Not recursive. Not bound to a goroutine: one may
// lock, another unlock.
//
// Fairness: normally a running goroutine may overtake a waiting one, which is fast. Once a waiter has waited 1 ms the
// mutex is handed over in order of arrival until the queue has drained of long waits (Go's starvation mode).
//
// Thread safety: all functions, from goroutines, main and threads not made by gorace. 16 bytes, constant-initialised,
// trivially destructible; may be destroyed as soon as nobody holds it or waits for it.
//
// Ordering: an unlock happens before the next lock (and successful try_lock). A failed try_lock orders nothing.
//
// Errors: unlock of an unlocked mutex ends the program: "fatal error: sync: unlock of unlocked mutex", exit code 2.
#ifndef GORACE_MUTEX_H_
#define GORACE_MUTEX_H_

#include <type_traits>

#include <gorace/internal/sema.h>

namespace gorace {

class Mutex {
 public:
  constexpr Mutex() noexcept {
    if (!std::is_constant_evaluated()) internal::lock_born(this, sizeof(Mutex));
  }
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() {
    if (!internal::take_word(sema_.word)) lock_slow();
  }
  // try_lock locks when the mutex is free, and tells whether it did. It never waits.
  bool try_lock();
  void unlock() {
    bool decremented;
    if (!internal::give_word(sema_.word, &decremented)) unlock_slow(decremented);
  }

 private:
  void lock_slow();
  void unlock_slow(bool decremented);

  internal::Sema sema_;
};

}  // namespace gorace

#endif  // GORACE_MUTEX_H_
