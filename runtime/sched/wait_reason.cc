#include "runtime/sched/wait_reason.h"

namespace gorace::runtime {

const char* wait_reason_text(WaitReason reason) {
  switch (reason) {
    case WaitReason::kNone:
      return "running";
    case WaitReason::kChanReceive:
      return "chan receive";
    case WaitReason::kChanReceiveNil:
      return "chan receive (nil chan)";
    case WaitReason::kChanSend:
      return "chan send";
    case WaitReason::kChanSendNil:
      return "chan send (nil chan)";
    case WaitReason::kSelect:
      return "select";
    case WaitReason::kSelectNoCases:
      return "select (no cases)";
    case WaitReason::kSleep:
      return "sleep";
    case WaitReason::kMutexLock:
      return "sync.Mutex.Lock";
    case WaitReason::kRWMutexRLock:
      return "sync.RWMutex.RLock";
    case WaitReason::kRWMutexLock:
      return "sync.RWMutex.Lock";
    case WaitReason::kWaitGroupWait:
      return "sync.WaitGroup.Wait";
    case WaitReason::kCondWait:
      return "sync.Cond.Wait";
    case WaitReason::kSemacquire:
      return "semacquire";
    case WaitReason::kOnceDo:
      return "sync.Once.Do";
    case WaitReason::kIOWait:
      return "IO wait";
    case WaitReason::kDeadlocked:
      return "deadlocked";
  }
  return "?";
}

}  // namespace gorace::runtime
