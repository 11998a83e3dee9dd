// WaitReason: why a goroutine is not running, in Go's words. Every park() carries one; dumps and profiles print it.
#ifndef GORACE_RUNTIME_SCHED_WAIT_REASON_H_
#define GORACE_RUNTIME_SCHED_WAIT_REASON_H_

#include <cstdint>

namespace gorace::runtime {

enum class WaitReason : uint8_t {
  kNone,
  kChanReceive,
  kChanReceiveNil,
  kChanSend,
  kChanSendNil,
  kSelect,
  kSelectNoCases,
  kSleep,
  kMutexLock,
  kRWMutexRLock,
  kRWMutexLock,
  kWaitGroupWait,
  kCondWait,
  kSemacquire,
  kOnceDo,
  kIOWait,
  kDeadlocked,
};

// wait_reason_text returns the words of a dump's header, e.g. "chan receive (nil chan)".
const char* wait_reason_text(WaitReason reason);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_WAIT_REASON_H_
