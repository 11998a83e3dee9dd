// Whose frame holds an address of a stack: of the strand that reports, by the unwinder; of a thread that waits for
// another one's end, as it noted itself (WaitingStack); of a goroutine that waits, by its frame pointers. Of a strand
// that runs elsewhere it is not known.
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_REPORT_STACK_FRAMES_H_
#define GORACE_DETECTOR_REPORT_STACK_FRAMES_H_

#include <cstddef>
#include <cstdint>

#include "detector/memory/mappings.h"

namespace gorace::detector {

// StackFrame: a function's frame. `pc` is where the function goes on, `cfa` the address after its frame (DWARF's
// canonical frame address: the stack pointer of the caller before the call).
struct StackFrame {
  uintptr_t pc = 0;
  uintptr_t cfa = 0;
  size_t bytes = 0;  // from the stack pointer at `pc` to cfa; 0: not known
};

// FrameList: frames of one stack, innermost first. The outermost ones of a deeper stack are left out.
struct FrameList {
  static constexpr int kMost = 64;
  int count = 0;
  uintptr_t pcs[kMost];
  uintptr_t lows[kMost];  // the stack pointer in each frame: the cfa of the next inner one

  // collect fills it with the caller's own stack.
  void collect();
  // find returns the frame that holds `address`; pc 0: none.
  StackFrame find(uintptr_t address) const;
};

// WaitingStack, while it exists, lets other threads find frames of the stack that it was made on. Its maker must not
// return from any of them meanwhile.
class WaitingStack {
 public:
  WaitingStack();
  ~WaitingStack();
  WaitingStack(const WaitingStack&) = delete;
  WaitingStack& operator=(const WaitingStack&) = delete;

 private:
  friend StackFrame find_waiting_frame(uintptr_t address);
  FrameList frames_;
  WaitingStack* next_ = nullptr;  // under the list's lock
  WaitingStack* previous_ = nullptr;
};

// find_stack_frame returns the frame that holds `address`, which lies in `stack`; pc 0: not known.
StackFrame find_stack_frame(uintptr_t address, AddressRange stack);

// stack_frames_after_fork: in the child, other threads wait no more, and one may have held the lock.
void stack_frames_after_fork();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_STACK_FRAMES_H_
