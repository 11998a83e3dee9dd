// Waiter: one goroutine waiting to send or to receive on one channel (Go's sudog), and the queue of them. Lives on the
// stack of the waiting goroutine, inside chan_send, chan_recv or a select.
//
// Ownership: while queued, links belong to the channel's lock. A dequeued waiter of a plain operation belongs to who
// dequeued it, until ready(). A select queues a waiter on each of its channels, and the first waker claims the
// goroutine by G::select_claimed; the others find it claimed, drop the waiter from their queue and look further.
#ifndef GORACE_RUNTIME_CHAN_WAITER_H_
#define GORACE_RUNTIME_CHAN_WAITER_H_

#include <atomic>

#include "runtime/sched/goroutine.h"

namespace gorace::runtime {

struct Waiter {
  G* g = nullptr;
  void* element = nullptr;  // sender: the value; receiver: room for it
  Waiter* next = nullptr;
  Waiter* previous = nullptr;
  bool is_select = false;
  bool queued = false;
  // Written by the waker before ready(): true when a value was handed over, false when the channel was closed.
  bool success = false;
};

// claim_select takes the right to wake a goroutine that waits in a select. The claim is made under the lock of one of
// the select's channels (or by its timer), and the select visits all of those before it goes on.
inline bool claim_select(G* g) {
  uint32_t expected = 0;
  // acq_rel: one claim orders the waker after the select's set-up; the channel's lock does the rest.
  return g->select_claimed.compare_exchange_strong(expected, 1, std::memory_order_acq_rel, std::memory_order_relaxed);
}

// WaitQueue: first in, first out. Guarded by the channel's lock, but for looks_empty.
class WaitQueue {
 public:
  // looks_empty may be called without the lock, for a first look that is verified or may be stale.
  bool looks_empty() const { return first_.load(std::memory_order_acquire) == nullptr; }

  void enqueue(Waiter* waiter) {
    waiter->next = nullptr;
    waiter->previous = last_;
    waiter->queued = true;
    if (last_ == nullptr) {
      first_.store(waiter, std::memory_order_relaxed);
    } else {
      last_->next = waiter;
    }
    last_ = waiter;
  }

  // dequeue returns the longest waiting goroutine that nobody else has claimed, or null.
  Waiter* dequeue() {
    while (Waiter* waiter = first_.load(std::memory_order_relaxed)) {
      remove(waiter);
      if (!waiter->is_select || claim_select(waiter->g)) return waiter;
    }
    return nullptr;
  }

  // remove takes a waiter out; nothing happens when it was dequeued before.
  void remove(Waiter* waiter) {
    if (!waiter->queued) return;
    waiter->queued = false;
    if (waiter->previous == nullptr) {
      first_.store(waiter->next, std::memory_order_relaxed);
    } else {
      waiter->previous->next = waiter->next;
    }
    if (waiter->next == nullptr) {
      last_ = waiter->previous;
    } else {
      waiter->next->previous = waiter->previous;
    }
  }

 private:
  std::atomic<Waiter*> first_{nullptr};
  Waiter* last_ = nullptr;
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_CHAN_WAITER_H_
