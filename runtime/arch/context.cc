#include "runtime/arch/context.h"

namespace gorace::runtime {

#if defined(__x86_64__)

void* prepare_stack(uintptr_t top, void (*entry)(void*), const FloatControl& control) {
  top &= ~uintptr_t{15};
  // After `ret` pops return_address, rsp is 16 above the frame's end minus the 8 bytes of a call: gorace_start_stack
  // wants it 16-aligned.
  auto* frame = reinterpret_cast<SavedFrame*>(top - 16 - sizeof(SavedFrame));
  *frame = SavedFrame{};
  frame->mxcsr = control.mxcsr;
  frame->x87_control = control.x87_control;
  frame->rbx = reinterpret_cast<uintptr_t>(entry);
  frame->return_address = reinterpret_cast<uintptr_t>(&gorace_start_stack);
  return frame;
}

#elif defined(__aarch64__)

void* prepare_stack(uintptr_t top, void (*entry)(void*), const FloatControl& control) {
  top &= ~uintptr_t{15};
  auto* frame = reinterpret_cast<SavedFrame*>(top - 16 - sizeof(SavedFrame));
  *frame = SavedFrame{};
  frame->fpcr = control.fpcr;
  frame->x19_to_x28[0] = reinterpret_cast<uintptr_t>(entry);
  frame->return_address = reinterpret_cast<uintptr_t>(&gorace_start_stack);
  return frame;
}

#endif

}  // namespace gorace::runtime
