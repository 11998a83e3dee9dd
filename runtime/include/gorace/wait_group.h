// WaitGroup: waits for a number of goroutines to end, with Go's semantics (sync.WaitGroup).
//
//   gorace::WaitGroup wg;
//   for (auto& part : parts) wg.go([&part] { sort(part); });
//   wg.wait();
//
// Thread safety: all functions, from goroutines, main and threads not made by gorace; but an add() that takes the
// counter from 0 must happen before wait() is called. 16 bytes, constant-initialised. It may be destroyed as soon as
// wait() has returned.
//
// Ordering: every done() happens before the return of the wait() that it lets go. done() calls do not order each other.
//
// Errors: gorace::Panic with Go's texts "sync: negative WaitGroup counter", "sync: WaitGroup misuse: Add called
// concurrently with Wait", "sync: WaitGroup is reused before previous Wait has returned". Destroying a WaitGroup that
// goroutines still have to report to would let them write to dead memory: it ends the program with a message (except
// while the program exits, or an exception unwinds the stack).
#ifndef GORACE_WAIT_GROUP_H_
#define GORACE_WAIT_GROUP_H_

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <gorace/go.h>
#include <gorace/internal/sema.h>

namespace gorace {

class WaitGroup {
 public:
  constexpr WaitGroup() noexcept { internal::object_born(this, sizeof(WaitGroup)); }
  constexpr ~WaitGroup() {
    if (!std::is_constant_evaluated()) check_destroyed();
  }
  WaitGroup(const WaitGroup&) = delete;
  WaitGroup& operator=(const WaitGroup&) = delete;

  // add changes the counter by delta, which may be negative. At zero, waiters are let go.
  void add(int delta);
  void done() { add(-1); }
  // wait blocks until the counter is zero.
  void wait();

  // go runs f() in a new goroutine and counts it until it has ended. An exception that leaves f is a panic: it ends the
  // program.
  template <class F>
  void go(F&& f) {
    add(1);
    Pending pending{this};
    gorace::go([this, function = std::decay_t<F>(std::forward<F>(f))]() mutable {
      Pending running{this};
      function();
    });
    pending.group = nullptr;
  }

 private:
  // Pending calls done() unless disarmed: also when no goroutine could be made.
  struct Pending {
    WaitGroup* group;
    ~Pending() {
      if (group != nullptr) group->done();
    }
  };

  void release_waiters(uint64_t state);
  void check_destroyed() const noexcept;

  std::atomic<uint64_t> state_{
      0};  // counter in the upper half; below it a lock bit for waiters_, and the number of waiters
  internal::SyncWaiter* waiters_ = nullptr;
};

}  // namespace gorace

#endif  // GORACE_WAIT_GROUP_H_
