// The functions behind <gorace/chan.h>: nil channels and boxes are dealt with here, and the two operations that must be
// fast, send and receive, are put together from chan_attempt.h in one function each; the rest is in chan_core.cc.
#include <gorace/panic.h>

#include "runtime/chan/chan_attempt.h"

namespace gorace::internal {

using runtime::WaitReason;

[[gnu::always_inline]] inline void ChanCore::send_as(G* g, void* value) {
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

[[gnu::always_inline]] inline bool ChanCore::recv_as(G* g, void* to) {
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

[[gnu::noinline]] void ChanCore::send_observed(void* value, runtime::CallPlace place) {
  G* g = runtime::current_g();
  note_send(g, place);
  send_as(g, value);
}

[[gnu::noinline]] bool ChanCore::recv_observed(void* to) { return recv_as(runtime::current_g(), to); }

// Inlined into the functions that programs call, so that the call's place is theirs.
[[gnu::always_inline]] inline void ChanCore::send(void* value, const runtime::CallPlace* place) {
  if (observed()) {
    send_observed(value, place == nullptr ? runtime::call_place() : *place);
  } else {
    send_as(nullptr, value);
  }
}

[[gnu::always_inline]] inline bool ChanCore::recv(void* to) {
  return observed() ? recv_observed(to) : recv_as(nullptr, to);
}

namespace {

[[gnu::noinline]] void send_boxed(ChanCore* core, void* value, runtime::CallPlace place) {
  Outgoing outgoing(*core, value);
  core->send(outgoing.element(), &place);
  outgoing.sent();
}

[[gnu::noinline]] bool recv_boxed(ChanCore* core, void* to) {
  Incoming incoming(*core, to);
  if (!core->recv(incoming.element())) return false;
  incoming.received();
  return true;
}

}  // namespace

ChanCore* chan_make(const ElementType& type, std::ptrdiff_t capacity) {
  return ChanCore::make(type, capacity, ChanCore::Kind::kPlain, __builtin_return_address(0));
}

void chan_retain(ChanCore* core) noexcept { core->retain(); }

void chan_release(ChanCore* core) noexcept { core->release(); }

void chan_send(ChanCore* core, void* value) {
  if (core == nullptr) runtime::park_for_ever(WaitReason::kChanSendNil);
  if (__builtin_expect(core->boxed(), 0)) {
    send_boxed(core, value, runtime::call_place());
  } else {
    core->send(value);
  }
}

bool chan_try_send(ChanCore* core, void* value) {
  if (core == nullptr) return false;
  Outgoing outgoing(*core, value);
  if (!core->try_send(observed_g(), outgoing.element())) return false;
  outgoing.sent();
  return true;
}

bool chan_recv(ChanCore* core, void* to) {
  if (core == nullptr) runtime::park_for_ever(WaitReason::kChanReceiveNil);
  return __builtin_expect(core->boxed(), 0) ? recv_boxed(core, to) : core->recv(to);
}

TryRecv chan_try_recv(ChanCore* core, void* to) {
  if (core == nullptr) return TryRecv::kWouldBlock;
  Incoming incoming(*core, to);
  const TryRecv result = core->try_recv(incoming.element());
  if (result == TryRecv::kReceived) incoming.received();
  return result;
}

void chan_send_bytes(ChanCore* core, GORACE_NOESCAPE const void* value) {
  if (core == nullptr) runtime::park_for_ever(WaitReason::kChanSendNil);
  core->send(const_cast<void*>(value));
}

bool chan_try_send_bytes(ChanCore* core, GORACE_NOESCAPE const void* value) {
  return core != nullptr && core->try_send(observed_g(), const_cast<void*>(value));
}

bool chan_recv_bytes(ChanCore* core, GORACE_NOESCAPE void* to) {
  if (core == nullptr) runtime::park_for_ever(WaitReason::kChanReceiveNil);
  return core->recv(to);
}

TryRecv chan_try_recv_bytes(ChanCore* core, GORACE_NOESCAPE void* to) {
  return core == nullptr ? TryRecv::kWouldBlock : core->try_recv(to);
}

void chan_close(ChanCore* core) {
  if (core == nullptr) panic("close of nil channel");
  core->close();
}

size_t chan_len(const ChanCore* core) noexcept { return core == nullptr ? 0 : core->len(); }

size_t chan_cap(const ChanCore* core) noexcept { return core == nullptr ? 0 : core->cap(); }

}  // namespace gorace::internal
