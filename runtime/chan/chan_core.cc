#include "runtime/chan/chan_core.h"

#include <gorace/panic.h>

#include <algorithm>
#include <limits>
#include <new>

#include "runtime/chan/copy_bytes.h"

namespace gorace::internal {

using runtime::ready;
using runtime::WaitReason;

namespace {

size_t round_up(size_t value, size_t alignment) { return (value + alignment - 1) / alignment * alignment; }

size_t header_bytes(size_t element_align) {
  return round_up(sizeof(ChanCore), std::max(element_align, alignof(ChanCore)));
}

// exchange_through makes each of two goroutines see what the other did before: an unbuffered send and its receive.
void exchange_through(G* g, G* parked, const void* object) {
  tell_release(g, object);
  tell_acquire(parked, object);
  tell_release(parked, object);
  tell_acquire(g, object);
}

}  // namespace

ChanCore* ChanCore::make(const ElementType& type, std::ptrdiff_t capacity, Kind kind, void* creation_pc) {
  const bool boxed = type.always_boxed || (observed() && type.move != nullptr);
  const size_t align = boxed ? alignof(void*) : type.align;
  // Each slot is a synchronisation object of its own, and observers tell objects apart by 8 bytes.
  const size_t stride = std::max<size_t>(boxed ? sizeof(void*) : type.size, observed() ? 8 : 1);
  const size_t header = header_bytes(align);
  constexpr size_t kMaxBytes = std::numeric_limits<std::ptrdiff_t>::max() / 2;
  if (capacity < 0 || static_cast<size_t>(capacity) > (kMaxBytes - header) / stride)
    panic("makechan: size out of range");
  // One slot at least, the address of which is the unbuffered channel's synchronisation object.
  const size_t slots = static_cast<size_t>(capacity);
  const size_t bytes = header + std::max<size_t>(stride * slots, 8);
  void* memory = ::operator new(bytes, std::align_val_t(std::max(align, alignof(ChanCore))));
  char* first_slot = static_cast<char*>(memory) + header;
  return new (memory) ChanCore(type, first_slot, slots, stride, boxed, kind, creation_pc);
}

void ChanCore::release() noexcept {
  // release: what this owner did with the channel is done; acquire: the last owner sees all of it before it frees.
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  G* g = observed() ? runtime::current_g_or_null() : nullptr;  // null in a timer's callback
  for (size_t left = count_.load(std::memory_order_relaxed); left > 0; --left) {
    // What was never received is destroyed here, after its send.
    if (g != nullptr) tell_acquire(g, slot(recv_index_));
    drop_element(slot(recv_index_));
    advance(&recv_index_);
  }
  const size_t align = boxed_ ? alignof(void*) : type_->align;
  if (observed()) tell_dead(this, header_bytes(align) + std::max<size_t>(stride_ * capacity_, 8));
  this->~ChanCore();
  ::operator delete(this, std::align_val_t(std::max(align, alignof(ChanCore))));
}

void ChanCore::move_element(void* to, void* from) {
  if (bytewise()) {
    runtime::copy_bytes(to, from, element_bytes());
  } else {
    type_->move(to, from);
  }
}

void ChanCore::take_element(void* to, void* slot) {
  move_element(to, slot);
  if (!bytewise()) type_->destroy(slot);
}

void ChanCore::drop_element(void* slot) {
  if (boxed_) {
    type_->delete_box(*static_cast<void**>(slot));
  } else if (type_->destroy != nullptr) {
    type_->destroy(slot);
  }
}

Attempt ChanCore::attempt_send(G* g, void* value, Waiter** partner) {
  if (closed_.load(std::memory_order_relaxed)) return Attempt::kClosed;
  if (Waiter* receiver = receivers_.dequeue()) {
    if (g != nullptr) {
      if (capacity_ == 0) {
        exchange_through(g, receiver->g, slot(0));
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

Attempt ChanCore::attempt_recv(G* g, void* to, Waiter** partner) {
  if (Waiter* sender = senders_.dequeue()) {
    *partner = sender;
    if (capacity_ == 0) {
      if (g != nullptr) exchange_through(g, sender->g, slot(0));
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

void ChanCore::wake(Waiter* waiter, bool success) {
  G* g = waiter->g;
  waiter->success = success;
  g->wake_token = waiter;
  ready(g);
}

void ChanCore::hand_over(Waiter* receiver, void* value) {
  move_element(receiver->element, value);
  wake(receiver, true);
}

void ChanCore::take_over(Waiter* sender, void* to) {
  move_element(to, sender->element);
  wake(sender, true);
}

void ChanCore::send(void* value) {
  G* g = observed_g();
  note_send(g);
  Waiter* partner = nullptr;
  lock_.lock();
  switch (attempt_send(g, value, &partner)) {
    case Attempt::kDone:
      lock_.unlock();
      return;
    case Attempt::kHandOff:
      lock_.unlock();
      hand_over(partner, value);
      return;
    case Attempt::kClosed:
      lock_.unlock();
      panic("send on closed channel");
    case Attempt::kBlocked:
      break;
  }
  Waiter self;
  self.g = runtime::current_g();
  self.element = value;
  senders_.enqueue(&self);
  runtime::park(WaitReason::kChanSend, this, &lock_);
  if (!self.success) panic("send on closed channel");
}

bool ChanCore::recv(void* to) {
  G* g = observed_g();
  Waiter* partner = nullptr;
  lock_.lock();
  switch (attempt_recv(g, to, &partner)) {
    case Attempt::kDone:
      lock_.unlock();
      if (partner != nullptr) wake(partner, true);
      return true;
    case Attempt::kHandOff:
      lock_.unlock();
      take_over(partner, to);
      return true;
    case Attempt::kClosed:
      lock_.unlock();
      return false;
    case Attempt::kBlocked:
      break;
  }
  Waiter self;
  self.g = runtime::current_g();
  self.element = to;
  receivers_.enqueue(&self);
  runtime::park(WaitReason::kChanReceive, this, &lock_);
  return self.success;
}

// The first looks without the lock (Go's full() and empty()). "Not ready" is a correct answer when the channel was so
// at one moment of the call. A send that sees the channel open, then full: a full channel that is closed meanwhile was
// open and full before. A receive that sees it empty, then still open: it was open when it was empty, for a channel
// never reopens.
bool ChanCore::send_would_block() const {
  if (closed_.load(std::memory_order_acquire)) return false;
  return capacity_ == 0 ? receivers_.looks_empty() : count_.load(std::memory_order_relaxed) == capacity_;
}

bool ChanCore::recv_would_block() const {
  const bool empty = capacity_ == 0 ? senders_.looks_empty() : count_.load(std::memory_order_acquire) == 0;
  return empty && !closed_.load(std::memory_order_acquire);  // the acquire above keeps the looks in this order
}

bool ChanCore::try_send(G* g, void* value) {
  note_send(g);
  if (send_would_block()) return false;
  Waiter* partner = nullptr;
  lock_.lock();
  const Attempt attempt = attempt_send(g, value, &partner);
  lock_.unlock();
  if (attempt == Attempt::kClosed) panic("send on closed channel");
  if (attempt == Attempt::kHandOff) hand_over(partner, value);
  return attempt != Attempt::kBlocked;
}

TryRecv ChanCore::try_recv(void* to) {
  if (recv_would_block()) return TryRecv::kWouldBlock;
  G* g = observed_g();
  Waiter* partner = nullptr;
  lock_.lock();
  const Attempt attempt = attempt_recv(g, to, &partner);
  lock_.unlock();
  if (attempt == Attempt::kHandOff) {
    take_over(partner, to);
  } else if (partner != nullptr) {
    wake(partner, true);
  }
  if (attempt == Attempt::kBlocked) return TryRecv::kWouldBlock;
  return attempt == Attempt::kClosed ? TryRecv::kClosed : TryRecv::kReceived;
}

bool ChanCore::try_close(G* g) {
  if (g != nullptr) tell_access(g, this, sizeof(void*), true);
  lock_.lock();
  if (closed_.load(std::memory_order_relaxed)) {
    lock_.unlock();
    return false;
  }
  closed_.store(true, std::memory_order_release);  // pairs with the acquire loads of the first looks
  if (g != nullptr) tell_release(g, this);
  // Collect under the lock, wake without it: the woken come back to this lock.
  Waiter* woken = nullptr;
  Waiter** last = &woken;
  for (runtime::WaitQueue* queue : {&receivers_, &senders_}) {
    while (Waiter* waiter = queue->dequeue()) {
      if (g != nullptr) tell_acquire(waiter->g, this);
      waiter->next = nullptr;
      *last = waiter;
      last = &waiter->next;
    }
  }
  lock_.unlock();
  while (woken != nullptr) {
    Waiter* next = woken->next;
    wake(woken, false);
    woken = next;
  }
  return true;
}

void ChanCore::close() {
  if (!try_close(observed_g())) panic("close of closed channel");
}

bool ChanCore::drain() {
  lock_.lock();
  const size_t count = count_.load(std::memory_order_relaxed);
  for (size_t left = count; left > 0; --left) {
    drop_element(slot(recv_index_));
    advance(&recv_index_);
  }
  set_count(0);
  lock_.unlock();
  return count > 0;
}

}  // namespace gorace::internal
