#include "runtime/dump/backtrace.h"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

struct dl_find_object;
extern "C" int _dl_find_object(void* address, dl_find_object* result) __attribute__((weak));

namespace gorace::runtime {
namespace {

constexpr uintptr_t kMaxFrameBytes = 8 << 20;

struct Walk {
  uintptr_t* pcs;
  int max;
  int count = 0;
  uintptr_t awaited = 0;     // frames before this pc are left out; 0: none are, or it was found
  bool interrupted = false;  // the awaited one is no return address
};

_Unwind_Reason_Code visit_frame(_Unwind_Context* context, void* argument) {
  auto* walk = static_cast<Walk*>(argument);
  auto pc = static_cast<uintptr_t>(_Unwind_GetIP(context));
  if (pc == 0 || walk->count == walk->max) return _URC_END_OF_STACK;
  if (walk->awaited != 0) {
    if (pc != walk->awaited) return _URC_NO_REASON;
    walk->awaited = 0;
    if (walk->interrupted) ++pc;
  }
  walk->pcs[walk->count++] = pc;
  return _URC_NO_REASON;
}

struct Registers {
  uintptr_t pc;
  uintptr_t frame_pointer;
  uintptr_t stack_pointer;
};

Registers registers_of(const void* context) {
  const auto& saved = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return {static_cast<uintptr_t>(saved.gregs[REG_RIP]), static_cast<uintptr_t>(saved.gregs[REG_RBP]),
          static_cast<uintptr_t>(saved.gregs[REG_RSP])};
#elif defined(__aarch64__)
  return {saved.pc, saved.regs[29], saved.sp};
#else
#error "gorace runs on x86-64 and aarch64"
#endif
}

// Reads two words of a frame. The kernel does it, so that a wrong frame pointer is an error instead of a fault.
bool read_frame(uintptr_t frame, uintptr_t out[2]) {
  const iovec local{out, 2 * sizeof(uintptr_t)};
  const iovec remote{reinterpret_cast<void*>(frame), 2 * sizeof(uintptr_t)};
  return syscall(SYS_process_vm_readv, syscall(SYS_getpid), &local, 1, &remote, 1, 0) == 2 * sizeof(uintptr_t);
}

int walk_frame_pointers(const Registers& registers, uintptr_t* pcs, int max) {
  int count = 0;
  pcs[count++] = registers.pc + 1;
  uintptr_t frame = registers.frame_pointer;
  uintptr_t lowest = registers.stack_pointer;
  uintptr_t words[2];
  while (count < max && frame >= lowest && frame - lowest < kMaxFrameBytes && frame % sizeof(uintptr_t) == 0 &&
         read_frame(frame, words) && words[1] != 0) {
    pcs[count++] = words[1];
    lowest = frame + 2 * sizeof(uintptr_t);
    frame = words[0];
  }
  return count;
}

}  // namespace

int backtrace_here(const void* first_pc, uintptr_t* pcs, int max) {
  Walk walk{pcs, max, 0, reinterpret_cast<uintptr_t>(first_pc)};
  _Unwind_Backtrace(visit_frame, &walk);
  if (walk.count == 0) {
    walk = {pcs, max};
    _Unwind_Backtrace(visit_frame, &walk);
  }
  return walk.count;
}

int backtrace_interrupted(const void* context, uintptr_t* pcs, int max) {
  const Registers registers = registers_of(context);
  if (_dl_find_object != nullptr) {
    // libgcc finds the tables through it; where it is missing dl_iterate_phdr takes the loader's lock.
    Walk walk{pcs, max, 0, registers.pc, true};
    _Unwind_Backtrace(visit_frame, &walk);
    if (walk.count > 0) return walk.count;
  }
  return walk_frame_pointers(registers, pcs, max);
}

}  // namespace gorace::runtime
