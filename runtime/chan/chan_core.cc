#include "runtime/chan/chan_core.h"

#include <gorace/panic.h>

#include <algorithm>
#include <limits>
#include <new>

#include "runtime/chan/chan_attempt.h"

namespace gorace::internal {

namespace {

size_t round_up(size_t value, size_t alignment) { return (value + alignment - 1) / alignment * alignment; }

size_t header_bytes(size_t element_align) {
  return round_up(sizeof(ChanCore), std::max(element_align, alignof(ChanCore)));
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
  runtime::count_channels(+1);
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
  runtime::count_channels(-1);
  this->~ChanCore();
  ::operator delete(this, std::align_val_t(std::max(align, alignof(ChanCore))));
}

void ChanCore::drop_element(void* slot) {
  if (boxed_) {
    type_->delete_box(*static_cast<void**>(slot));
  } else if (type_->destroy != nullptr) {
    type_->destroy(slot);
  }
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
