// TimerHeap: pending timers in a 4-ary min-heap by time. One per P.
//
// Thread safety: any thread; one spin lock. Callbacks run without the lock, by one thread at a time per heap, so that
// wait_callback knows which timer's callback is running.
#ifndef GORACE_RUNTIME_TIMER_TIMER_HEAP_H_
#define GORACE_RUNTIME_TIMER_TIMER_HEAP_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/spin_lock.h"
#include "runtime/sched/sched.h"

namespace gorace::runtime {

inline constexpr int64_t kNever = INT64_MAX;

class TimerHeap {
 public:
  // next_when is the time of the earliest timer, or kNever. Any thread, without the lock: a hint.
  int64_t next_when() const { return next_when_.load(std::memory_order_acquire); }

  // add inserts the timer; true when it became the earliest.
  bool add(RuntimeTimer* timer);

  // remove takes the timer out; false when it is not in this heap (any more).
  bool remove(RuntimeTimer* timer);

  // size is the number of pending timers.
  uint32_t size();

  // run_expired calls the callbacks of all timers due at `now`. When another thread is doing so already it returns at
  // once: that one looks again before it stops. Returns how many ran.
  int run_expired(int64_t now);

  // hold and drop: around fork(), in the process that forks. forget: in its child, after drop, when no other thread is
  // there; the timers are stopped and nobody is told.
  void hold() { lock_.lock(); }
  void drop() { lock_.unlock(); }
  void forget();

  // wait_callback returns once the callback of `timer` is not running.
  void wait_callback(const RuntimeTimer* timer);

 private:
  // The time beside the pointer: comparisons touch one cache line a node's children, not four timers.
  struct Entry {
    int64_t when;
    RuntimeTimer* timer;
  };
  void place(uint32_t index, Entry entry);
  void sift_up(uint32_t index, Entry entry);
  void sift_down(uint32_t index, Entry entry);
  void remove_at(uint32_t index);
  void publish_next();

  SpinLock lock_;
  InternalVector<Entry> entries_;  // under lock_
  bool runner_ = false;            // under lock_: some thread is in run_expired
  std::atomic<const RuntimeTimer*> running_{nullptr};
  std::atomic<int64_t> next_when_{kNever};
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_TIMER_TIMER_HEAP_H_
