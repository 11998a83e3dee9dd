// ChanCore: a channel without its element type: lock, ring buffer, two wait queues.
//
// The rules are those of Go's runtime/chan.go:
//   - At least one of the two wait queues is empty, but for a goroutine that waits in a select to send to and receive
//   from the same channel.
//   - Elements buffered: no receiver waits. Room in the buffer: no sender waits.
//   - A waiting partner is served directly: its value is read from, or written to, its own stack, after the lock is
//   released; then
//     it is made ready. It cannot move meanwhile: only its waker may make it ready.
//
// Under the lock no user code runs but nothrow moves of elements that are kept in place (see ElementType); an observed
// channel, and one whose element's move may throw, holds boxes, which are moved as bytes.
//
// Happens-before events are emitted under the lock, in the name of the goroutine that each concerns (Go's race
// annotations):
//   buffer slot k   release_acquire by its sender, then by its receiver. Slots are at least 8 bytes apart when
//   observed, so that each has an
//                   object of its own, also for elements without content.
//   unbuffered      both partners through slot 0, in both directions
//   close           release on the channel's address, and a write access there; send is a read access there
//   recv of closed  acquire on the channel's address
//   timer's tick    release_merge on slot 0 by who starts the timer; its receiver meets it there
// A null G means that nobody is there to be told: no observer, or a timer callback, which orders nothing.
#ifndef GORACE_RUNTIME_CHAN_CHAN_CORE_H_
#define GORACE_RUNTIME_CHAN_CHAN_CORE_H_

#include <gorace/internal/chan_core.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/base/spin_lock.h"
#include "runtime/chan/waiter.h"
#include "runtime/hooks.h"
#include "runtime/sched/sched.h"
#include "runtime/sync/observed.h"

namespace gorace::internal {

using runtime::G;
using runtime::Waiter;

// Attempt: what came of an operation under the lock.
enum class Attempt : uint8_t {
  kBlocked,  // nothing happened; enqueue and park
  kDone,     // took place; make the partner ready, if there is one
  kHandOff,  // took place with a partner: unlock, then hand_over or take_over
  kClosed,
};

class ChanCore {
 public:
  enum class Kind : uint8_t {
    kPlain,
    kTimer,  // of a Timer or Ticker: looks unbuffered (len and cap are 0), as in Go 1.23 and later
  };

  // make returns a core with one reference. Panics when the capacity is out of range. Throws std::bad_alloc.
  static ChanCore* make(const ElementType& type, std::ptrdiff_t capacity, Kind kind, void* creation_pc);
  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;

  ChanCore(const ChanCore&) = delete;
  ChanCore& operator=(const ChanCore&) = delete;

  const ElementType& type() const { return *type_; }
  bool boxed() const { return boxed_; }
  size_t len() const { return kind_ == Kind::kTimer ? 0 : count_.load(std::memory_order_relaxed); }
  size_t cap() const { return kind_ == Kind::kTimer ? 0 : capacity_; }
  // The place in the program that made the channel.
  void* creation_pc() const { return creation_pc_; }

  // The operations on elements as the core keeps them: `value` and `to` point to a T, or to a box pointer.
  void send(void* value, const runtime::CallPlace* place = nullptr);  // null: the caller's own; send and recv: chan.cc
  bool try_send(G* g, void* value);
  bool recv(void* to);
  TryRecv try_recv(void* to);
  // close panics when the channel is closed; try_close tells.
  void close();
  bool try_close(G* g);
  // drain drops what is buffered and tells whether there was anything (Timer::stop).
  bool drain();

  // note_send tells observers that g tries to send, which races with a close.
  void note_send(G* g, runtime::CallPlace place = {}) const {
    if (g != nullptr) tell_access(g, this, sizeof(void*), false, place);
  }

  // note_armed tells observers that g starts the timer whose ticks come through this channel: who receives one is
  // ordered after that.
  void note_armed(G* g) const {
    if (g != nullptr) tell_release_merge(g, slot(0));
  }

  // For select: the steps of an operation. Inline: chan_attempt.h. ..._would_block look without the lock.
  bool send_would_block() const;
  bool recv_would_block() const;
  void lock() { lock_.lock(); }
  void unlock() { lock_.unlock(); }
  Attempt attempt_send(G* g, void* value, Waiter** partner);
  Attempt attempt_recv(G* g, void* to, Waiter** partner);
  void enqueue_sender(Waiter* waiter) { senders_.enqueue(waiter); }
  void enqueue_receiver(Waiter* waiter) { receivers_.enqueue(waiter); }
  void remove_sender(Waiter* waiter) { senders_.remove(waiter); }
  void remove_receiver(Waiter* waiter) { receivers_.remove(waiter); }
  // hand_over moves *value to a dequeued receiver and makes it ready; take_over moves a dequeued sender's value to *to
  // and does the same. Without the lock.
  void hand_over(Waiter* receiver, void* value);
  void take_over(Waiter* sender, void* to);
  // wake makes a dequeued waiter ready. Its memory may be gone afterwards.
  static void wake(Waiter* waiter, bool success);

 private:
  static constexpr size_t kMoved = SIZE_MAX;

  ChanCore(const ElementType& type, char* slots, size_t capacity, size_t stride, bool boxed, Kind kind,
           void* creation_pc)
      : type_(&type),
        slots_(slots),
        capacity_(capacity),
        stride_(stride),
        bytes_(boxed                  ? sizeof(void*)
               : type.move == nullptr ? type.size
                                      : kMoved),
        boxed_(boxed),
        kind_(kind),
        creation_pc_(creation_pc) {}
  ~ChanCore() = default;

  void* slot(size_t index) const { return slots_ + index * stride_; }
  bool bytewise() const { return bytes_ != kMoved; }
  void advance(size_t* index) const {
    if (++*index == capacity_) *index = 0;
  }
  void send_as(G* g, void* value);
  bool recv_as(G* g, void* to);
  void send_observed(void* value, runtime::CallPlace place);
  bool recv_observed(void* to);
  void move_element(void* to, void* from) const;  // *from stays alive
  void take_element(void* to, void* slot) const;  // *slot is dead afterwards
  void drop_element(void* slot);
  void set_count(size_t count) { count_.store(count, std::memory_order_relaxed); }

  // Constant after make.
  const ElementType* const type_;
  char* const slots_;  // behind this object, in the same block
  const size_t capacity_;
  const size_t stride_;  // bytes from slot to slot
  const size_t bytes_;   // of an element that is copied as bytes (a box is), or kMoved
  const bool boxed_;
  const Kind kind_;
  void* const creation_pc_;

  std::atomic<size_t> references_{1};

  // Written under lock_. count_, closed_ and the queues' heads are also read without it, for a first look.
  runtime::SpinLock lock_;
  std::atomic<bool> closed_{false};
  std::atomic<size_t> count_{0};
  size_t send_index_ = 0;
  size_t recv_index_ = 0;
  runtime::WaitQueue receivers_;
  runtime::WaitQueue senders_;
};

// Outgoing: a value on its way into a channel, boxed when the channel wants it so. Gives the value back when it was not
// sent.
class Outgoing {
 public:
  Outgoing(const ChanCore& core, void* value) : type_(core.type()), value_(value) {
    if (core.boxed()) box_ = type_.box(value);
  }
  ~Outgoing() {
    if (__builtin_expect(box_ != nullptr, 0)) type_.restore(value_, box_);
  }
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  void* element() { return box_ != nullptr ? &box_ : value_; }
  void sent() { box_ = nullptr; }

 private:
  const ElementType& type_;
  void* const value_;
  void* box_ = nullptr;
};

// Incoming: room for a value on its way out of a channel. Call received() without locks held: it runs the user's move.
class Incoming {
 public:
  Incoming(const ChanCore& core, void* to) : core_(core), to_(to) {}
  void* element() { return core_.boxed() ? &box_ : to_; }
  void received() {
    if (__builtin_expect(core_.boxed(), 0)) core_.type().unbox(to_, box_);
  }

 private:
  const ChanCore& core_;
  void* const to_;
  void* box_ = nullptr;
};

}  // namespace gorace::internal

#endif  // GORACE_RUNTIME_CHAN_CHAN_CORE_H_
