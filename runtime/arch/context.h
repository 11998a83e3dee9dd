// Context: a suspended computation is a stack pointer; everything else was pushed on that stack. One assembly file an
// ISA implements the switch, this header is what they share.
//
// Thread safety: a suspended stack may be resumed by any thread, once. The resumed side must see what the suspending
// side wrote: the caller's queues order that.
#ifndef GORACE_RUNTIME_ARCH_CONTEXT_H_
#define GORACE_RUNTIME_ARCH_CONTEXT_H_

#include <cstdint>

namespace gorace::runtime {

// gorace_switch_stack saves the callee-saved registers and floating-point control words on the current stack, stores
// the stack pointer in *save_sp, continues on the stack `load_sp`, and returns `value` there: to the
// gorace_switch_stack call that suspended it, or to the entry of prepare_stack. `value` carries what the resumed side
// must know about the thread it now runs on, so that it needs no thread_local.
extern "C" void* gorace_switch_stack(void** save_sp, void* load_sp, void* value);

// gorace_start_stack is where a new stack begins: it calls the entry with `value` and ends every unwind (undefined
// return address, zero frame pointer). Never called from C++.
extern "C" void gorace_start_stack();

#if defined(__x86_64__)

struct SavedFrame {
  uint32_t mxcsr;
  uint16_t x87_control;
  uint16_t padding;
  uintptr_t r15, r14, r13, r12, rbx;
  uintptr_t frame_pointer;   // rbp
  uintptr_t return_address;  // rip
};
static_assert(sizeof(SavedFrame) == 64);

#elif defined(__aarch64__)

struct SavedFrame {
  uint64_t fpcr;
  uint64_t padding;
  uint64_t d8_to_d15[8];
  uintptr_t x19_to_x28[10];
  uintptr_t frame_pointer;   // x29
  uintptr_t return_address;  // x30
};
static_assert(sizeof(SavedFrame) == 176);

#else
#error "gorace has a context switch for x86-64 and aarch64 only"
#endif

// FloatControl: rounding mode, masked exceptions and the like: what a new stack starts with.
struct FloatControl {
#if defined(__x86_64__)
  uint32_t mxcsr;
  uint16_t x87_control;
#else
  uint64_t fpcr;
#endif
};

inline FloatControl float_control() {
  FloatControl control;
#if defined(__x86_64__)
  control.mxcsr = __builtin_ia32_stmxcsr();
  asm("fnstcw %0" : "=m"(control.x87_control));
#else
  asm("mrs %0, fpcr" : "=r"(control.fpcr));
#endif
  return control;
}

// prepare_stack lays out a fresh stack below `top` so that the first switch to the returned stack pointer calls
// entry(value), with the caller's floating-point control unless told otherwise. `entry` must not return.
void* prepare_stack(uintptr_t top, void (*entry)(void* value), const FloatControl& control = float_control());

// saved_frame returns the registers of a suspended stack.
inline const SavedFrame* saved_frame(const void* sp) { return static_cast<const SavedFrame*>(sp); }

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_ARCH_CONTEXT_H_
