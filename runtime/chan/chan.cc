// The functions behind <gorace/chan.h>: nil channels and boxes are dealt with here, the rest in ChanCore.
#include <gorace/panic.h>

#include "runtime/chan/chan_core.h"

namespace gorace::internal {

using runtime::WaitReason;

ChanCore* chan_make(const ElementType& type, std::ptrdiff_t capacity) {
  return ChanCore::make(type, capacity, ChanCore::Kind::kPlain, __builtin_return_address(0));
}

void chan_retain(ChanCore* core) noexcept { core->retain(); }

void chan_release(ChanCore* core) noexcept { core->release(); }

void chan_send(ChanCore* core, void* value) {
  if (core == nullptr) runtime::park_for_ever(WaitReason::kChanSendNil);
  Outgoing outgoing(*core, value);
  core->send(outgoing.element());
  outgoing.sent();
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
  Incoming incoming(*core, to);
  if (!core->recv(incoming.element())) return false;
  incoming.received();
  return true;
}

TryRecv chan_try_recv(ChanCore* core, void* to) {
  if (core == nullptr) return TryRecv::kWouldBlock;
  Incoming incoming(*core, to);
  const TryRecv result = core->try_recv(incoming.element());
  if (result == TryRecv::kReceived) incoming.received();
  return result;
}

void chan_close(ChanCore* core) {
  if (core == nullptr) panic("close of nil channel");
  core->close();
}

size_t chan_len(const ChanCore* core) noexcept { return core == nullptr ? 0 : core->len(); }

size_t chan_cap(const ChanCore* core) noexcept { return core == nullptr ? 0 : core->cap(); }

}  // namespace gorace::internal
