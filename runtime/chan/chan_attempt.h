// The steps of a channel operation, those under its lock and the first looks without it, inlined into the plain
// operations (chan_core.cc) and into select (selection.cc). With a null G known to the compiler, what observers are
// told costs nothing.
#ifndef GORACE_RUNTIME_CHAN_CHAN_ATTEMPT_H_
#define GORACE_RUNTIME_CHAN_CHAN_ATTEMPT_H_

#include "runtime/chan/chan_core.h"
#include "runtime/chan/copy_bytes.h"

namespace gorace::internal {

[[gnu::always_inline]] inline void ChanCore::move_element(void* to, void* from) const {
  if (bytewise()) {
    runtime::copy_bytes(to, from, bytes_);
  } else {
    type_->move(to, from);
  }
}

[[gnu::always_inline]] inline void ChanCore::take_element(void* to, void* slot) const {
  move_element(to, slot);
  if (!bytewise()) type_->destroy(slot);
}

[[gnu::always_inline]] inline Attempt ChanCore::attempt_send(G* g, void* value, Waiter** partner) {
  if (closed_.load(std::memory_order_relaxed)) return Attempt::kClosed;
  if (Waiter* receiver = receivers_.dequeue()) {
    if (g != nullptr) {
      if (capacity_ == 0) {
        tell_exchange(g, receiver->g);
      } else {
        // As if through the buffer, though the value goes directly.
        tell_release_acquire(g, slot(send_index_));
        tell_release_acquire(receiver->g, slot(send_index_));
        advance(&send_index_);
        recv_index_ = send_index_;
      }
    } else if (kind_ == Kind::kTimer) {
      tell_acquire(receiver->g, slot(0));
    }
    *partner = receiver;
    return Attempt::kHandOff;
  }
  const size_t count = count_.load(std::memory_order_relaxed);
  if (count == capacity_) return Attempt::kBlocked;
  void* target = slot(send_index_);
  if (g != nullptr) tell_release_acquire(g, target);
  move_element(target, value);
  advance(&send_index_);
  set_count(count + 1);
  return Attempt::kDone;
}

[[gnu::always_inline]] inline Attempt ChanCore::attempt_recv(G* g, void* to, Waiter** partner) {
  if (Waiter* sender = senders_.dequeue()) {
    *partner = sender;
    if (capacity_ == 0) {
      if (g != nullptr) tell_exchange(g, sender->g);
      return Attempt::kHandOff;
    }
    // The buffer is full: take its head and put the sender's value, which is the newest, into the slot that becomes
    // free.
    void* head = slot(recv_index_);
    if (g != nullptr) {
      tell_release_acquire(g, head);
      tell_release_acquire(sender->g, head);
    }
    take_element(to, head);
    move_element(head, sender->element);
    advance(&recv_index_);
    send_index_ = recv_index_;
    return Attempt::kDone;
  }
  const size_t count = count_.load(std::memory_order_relaxed);
  if (count > 0) {
    void* head = slot(recv_index_);
    if (g != nullptr) tell_release_acquire(g, head);
    take_element(to, head);
    advance(&recv_index_);
    set_count(count - 1);
    return Attempt::kDone;
  }
  if (!closed_.load(std::memory_order_relaxed)) return Attempt::kBlocked;
  if (g != nullptr) tell_acquire(g, this);
  return Attempt::kClosed;
}

// The first looks without the lock (Go's full() and empty()). "Not ready" is a correct answer when the channel was so
// at one moment of the call. A send that sees the channel open, then full: a full channel that is closed meanwhile was
// open and full before. A receive that sees it empty, then still open: it was open when it was empty, for a channel
// never reopens. What happened before the call is always seen.
inline bool ChanCore::send_would_block() const {
  if (closed_.load(std::memory_order_acquire)) return false;
  return capacity_ == 0 ? receivers_.looks_empty() : count_.load(std::memory_order_relaxed) == capacity_;
}

inline bool ChanCore::recv_would_block() const {
  const bool empty = capacity_ == 0 ? senders_.looks_empty() : count_.load(std::memory_order_acquire) == 0;
  return empty && !closed_.load(std::memory_order_acquire);  // the acquire above keeps the looks in this order
}

[[gnu::always_inline]] inline void ChanCore::wake(Waiter* waiter, bool success) {
  G* g = waiter->g;
  waiter->success = success;
  g->wake_token = waiter;
  runtime::ready(g);
}

[[gnu::always_inline]] inline void ChanCore::hand_over(Waiter* receiver, void* value) {
  move_element(receiver->element, value);
  wake(receiver, true);
}

[[gnu::always_inline]] inline void ChanCore::take_over(Waiter* sender, void* to) {
  move_element(to, sender->element);
  wake(sender, true);
}

}  // namespace gorace::internal

#endif  // GORACE_RUNTIME_CHAN_CHAN_ATTEMPT_H_
