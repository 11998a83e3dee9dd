// PollDesc: one socket's readiness, deadlines and waiting goroutines, after Go's pollDesc (runtime/netpoll.go).
//
// Each direction has one word:
//   nil      nothing known: whoever finds no data goes through wait
//   ready    an event came that nobody has used up yet
//   waiting  a goroutine is on its way to park
//   a G*     it is parked
// wait moves nil -> waiting -> G* and ready -> nil; an event moves anything to ready and wakes; a deadline or close
// moves waiting and G* to nil and wakes. Who takes a G* out of the word owns its wake-up.
//
// Why no wake-up is lost:
//   - An event before prepare() has put its data where the following system call finds it; one after it makes the word
//     ready, and wait returns at once.
//   - wait writes `waiting` and then reads the conditions; a deadline or close writes its condition and then reads the
//     word. All of that is sequentially consistent: one of the two sees the other.
//   - The goroutine becomes visible in the word (waiting -> G*) only after it has left its stack. If that exchange
//     fails, somebody was faster, and it is made ready at once.
//
// Lifetime: records are recycled and their memory is never given back, so an event, or a deadline's callback, that
// comes late finds a record; a tag tells events of an earlier socket from those of this one.
//
// Thread safety: any goroutine or thread, with at most one waiter a direction.
#ifndef GORACE_RUNTIME_NETPOLL_POLL_DESC_H_
#define GORACE_RUNTIME_NETPOLL_POLL_DESC_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/spin_lock.h"
#include "runtime/netpoll/netpoll.h"
#include "runtime/sched/sched.h"

namespace gorace::runtime {

enum class IoMode : uint8_t { kRead, kWrite };
enum class IoStatus : uint8_t { kOk, kClosing, kDeadlineExceeded };

inline constexpr int64_t kNoIoDeadline = INT64_MAX;  // CLOCK_MONOTONIC, ns

class alignas(64) PollDesc {
 public:
  // acquire takes a record for a new socket; release gives it back, after close() and when nobody uses it any more.
  static PollDesc* acquire();
  static void release(PollDesc* desc);

  // prepare: before a system call that may find nothing to do. Forgets readiness from before.
  IoStatus prepare(IoMode mode);

  // check: kOk, or why waiting in this direction would be in vain.
  IoStatus check(IoMode mode) const;

  // wait parks the caller until the direction is ready, its deadline passes or close() is called.
  IoStatus wait(IoMode mode);

  // set_deadline: from when_ns on, operations in this direction end with kDeadlineExceeded; those that wait are woken.
  // A later deadline makes operations possible again.
  void set_deadline(IoMode mode, int64_t when_ns);

  // close wakes all waiters for good.
  void close();

  // on_events: the poller's. `hang_up`: an end of the stream, an error, or urgent data was seen, which hung_up() tells
  // from then on.
  void on_events(bool readable, bool writable, bool hang_up, ReadyGoroutines* woken);
  bool hung_up() const { return hung_up_.load(std::memory_order_acquire); }

  uint16_t tag() const { return tag_.load(std::memory_order_relaxed); }

 private:
  // The states of a direction's word that are no goroutine.
  static constexpr uintptr_t kNil = 0;
  static constexpr uintptr_t kReady = 1;
  static constexpr uintptr_t kWaiting = 2;

  // Conditions, published for check(): written under lock_.
  static constexpr uint32_t kClosingBit = 1;
  static constexpr uint32_t kReadExpiredBit = 2;  // << mode
  static uint32_t expired_bit(IoMode mode) { return kReadExpiredBit << static_cast<int>(mode); }

  struct Direction {
    std::atomic<uintptr_t> word{kNil};
    // Under lock_.
    bool armed = false;     // timer is in a heap, or its callback is about to take lock_
    int64_t armed_for = 0;  // when it fires; may be earlier than the deadline, which the callback then sees
    int64_t deadline = kNoIoDeadline;
    RuntimeTimer timer;
  };

  struct Commit;
  static void commit_park(void* commit);
  static void on_read_timer(void* desc) { static_cast<PollDesc*>(desc)->on_timer(IoMode::kRead); }
  static void on_write_timer(void* desc) { static_cast<PollDesc*>(desc)->on_timer(IoMode::kWrite); }

  Direction& direction(IoMode mode) { return directions_[static_cast<int>(mode)]; }
  bool block(IoMode mode);
  G* unblock(IoMode mode, bool io_ready);
  G* apply_deadline_locked(IoMode mode, int64_t now);
  void arm_locked(Direction& side, IoMode mode);
  static void disarm_locked(Direction& side);
  void on_timer(IoMode mode);

  std::atomic<uint32_t> conditions_{0};
  std::atomic<bool> hung_up_{false};
  std::atomic<uint16_t> tag_{0};
  SpinLock lock_;
  Direction directions_[2];
  PollDesc* next_free_ = nullptr;  // under the free list's lock
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_NETPOLL_POLL_DESC_H_
