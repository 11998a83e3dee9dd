// Cond, by the ticket list of Go's runtime/sema.go: a waiter takes a ticket before it unlocks, so a signal that comes
// before it is parked is not lost: it finds its ticket already notified.
#include <gorace/cond.h>

#include "runtime/sync/sema.h"

namespace gorace {

using internal::FlagLock;
using internal::SyncWaiter;

namespace {

// before tells whether ticket a was given out before b; tickets may wrap around.
bool before(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) < 0; }

}  // namespace

uint32_t Cond::take_ticket() {
  // relaxed: the caller's lock orders the waiter before the signaller, when there is an order.
  return next_ticket_.fetch_add(1, std::memory_order_relaxed);
}

void Cond::await(uint32_t ticket) {
  SyncWaiter self;
  FlagLock lock(lock_);
  if (before(ticket, next_notify_.load(std::memory_order_relaxed))) return;
  self.g = runtime::current_g();
  self.ticket = ticket;
  if (last_ == nullptr) {
    first_ = &self;
  } else {
    last_->next = &self;
  }
  last_ = &self;
  lock.park(runtime::WaitReason::kCondWait, this);
}

void Cond::signal() {
  // Nobody new since the last notification. Stale values can only miss a waiter that is not ordered before this call.
  if (next_ticket_.load(std::memory_order_acquire) == next_notify_.load(std::memory_order_acquire)) return;
  runtime::G* woken = nullptr;
  {
    FlagLock lock(lock_);
    const uint32_t ticket = next_notify_.load(std::memory_order_relaxed);
    if (ticket == next_ticket_.load(std::memory_order_acquire)) return;
    next_notify_.store(ticket + 1, std::memory_order_release);
    // The ticket's holder may not be in the list yet; then it will not park. Mostly it is the first.
    SyncWaiter* previous = nullptr;
    for (SyncWaiter* waiter = first_; waiter != nullptr; previous = waiter, waiter = waiter->next) {
      if (waiter->ticket != ticket) continue;
      if (previous == nullptr) {
        first_ = waiter->next;
      } else {
        previous->next = waiter->next;
      }
      if (last_ == waiter) last_ = previous;
      woken = waiter->g;
      break;
    }
  }
  if (woken != nullptr) runtime::ready(woken);
}

void Cond::broadcast() {
  if (next_ticket_.load(std::memory_order_acquire) == next_notify_.load(std::memory_order_acquire)) return;
  SyncWaiter* waiter;
  {
    FlagLock lock(lock_);
    next_notify_.store(next_ticket_.load(std::memory_order_acquire), std::memory_order_release);
    waiter = first_;
    first_ = last_ = nullptr;
  }
  while (waiter != nullptr) {
    SyncWaiter* next = waiter->next;
    runtime::ready(waiter->g);
    waiter = next;
  }
}

}  // namespace gorace
