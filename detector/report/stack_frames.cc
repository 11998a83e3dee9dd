#include "detector/report/stack_frames.h"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <unwind.h>

#include <mutex>

#include "detector/context/thread_state.h"
#include "runtime/arch/context.h"
#include "runtime/base/spin_lock.h"
#include "runtime/sched/sched.h"

namespace gorace::detector {
namespace {

// In the child of a fork the list is empty, and the lock, which another thread may have held, is free.
struct WaitingList {
  runtime::SpinLock lock;
  WaitingStack* first = nullptr;
};
constinit WaitingList g_waiting;

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* argument) {
  auto& frames = *static_cast<FrameList*>(argument);
  const uintptr_t pc = _Unwind_GetIP(context);
  if (pc == 0 || frames.count == FrameList::kMost) return _URC_END_OF_STACK;
  frames.pcs[frames.count] = pc;
  frames.lows[frames.count++] = _Unwind_GetCFA(context);  // of the callee, whose call this frame is in
  return _URC_NO_REASON;
}

#if defined(__x86_64__)
// safe_read copies memory that may be unmapped meanwhile: the goroutine may go on and end.
bool safe_read(uintptr_t address, void* out, size_t bytes) {
  iovec local{out, bytes};
  iovec remote{reinterpret_cast<void*>(address), bytes};
  return syscall(SYS_process_vm_readv, getpid(), &local, 1, &remote, 1, 0) == static_cast<long>(bytes);
}

// Frame records are the upper end of frames on x86-64: a frame's cfa lies two words above its frame pointer.
StackFrame find_in_chain(uintptr_t address, uintptr_t sp, AddressRange stack) {
  runtime::SavedFrame saved;
  if (!safe_read(sp, &saved, sizeof saved)) return {};
  uintptr_t pc = saved.return_address;
  uintptr_t frame_pointer = saved.frame_pointer;
  uintptr_t low = sp;
  for (int i = 0; i < FrameList::kMost && frame_pointer > low && stack.contains(frame_pointer); ++i) {
    constexpr size_t kRecordBytes = 2 * sizeof(uintptr_t);
    if (address < frame_pointer + kRecordBytes) return {.pc = pc, .cfa = frame_pointer + kRecordBytes};
    uintptr_t record[2];
    if (!safe_read(frame_pointer, record, sizeof record)) return {};
    low = frame_pointer;
    frame_pointer = record[0];
    pc = record[1];
  }
  return {};
}

struct GoroutineSearch {
  AddressRange stack;
  uintptr_t sp = 0;
};

void visit_goroutine(runtime::G* g, void* argument) {
  auto& search = *static_cast<GoroutineSearch*>(argument);
  const auto sp = reinterpret_cast<uintptr_t>(g->sched.sp);
  const bool waits = g->status.load(std::memory_order_acquire) == runtime::GStatus::kWaiting;
  if (waits && search.stack.contains(sp)) search.sp = sp;
}

StackFrame find_goroutine_frame(uintptr_t address, AddressRange stack) {
  GoroutineSearch search{stack};
  runtime::for_each_goroutine(visit_goroutine, &search, /*stop_the_world=*/false);
  return search.sp == 0 || address < search.sp ? StackFrame{} : find_in_chain(address, search.sp, stack);
}
#else
StackFrame find_goroutine_frame(uintptr_t, AddressRange) { return {}; }
#endif

}  // namespace

void FrameList::collect() {
  const DetectorScope scope;  // should the unwinder allocate: not the program's doing
  count = 0;
  _Unwind_Backtrace(add_frame, this);
}

StackFrame FrameList::find(uintptr_t address) const {
  for (int i = 0; i + 1 < count; ++i) {
    if (address >= lows[i] && address < lows[i + 1]) return {pcs[i], lows[i + 1], lows[i + 1] - lows[i]};
  }
  return {};
}

WaitingStack::WaitingStack() {
  frames_.collect();
  const DetectorScope scope;
  const std::lock_guard guard(g_waiting.lock);
  next_ = g_waiting.first;
  if (next_ != nullptr) next_->previous_ = this;
  g_waiting.first = this;
}

WaitingStack::~WaitingStack() {
  const DetectorScope scope;
  const std::lock_guard guard(g_waiting.lock);
  if (next_ != nullptr) next_->previous_ = previous_;
  if (previous_ != nullptr) {
    previous_->next_ = next_;
  } else if (g_waiting.first == this) {  // not so in the child of a fork
    g_waiting.first = next_;
  }
}

StackFrame find_waiting_frame(uintptr_t address) {
  const DetectorScope scope;
  const std::lock_guard guard(g_waiting.lock);
  for (const WaitingStack* stack = g_waiting.first; stack != nullptr; stack = stack->next_) {
    const StackFrame frame = stack->frames_.find(address);
    if (frame.pc != 0) return frame;
  }
  return {};
}

StackFrame find_stack_frame(uintptr_t address, AddressRange stack) {
  if (stack.contains(reinterpret_cast<uintptr_t>(__builtin_frame_address(0)))) {
    FrameList own;
    own.collect();
    return own.find(address);
  }
  const StackFrame waiting = find_waiting_frame(address);
  return waiting.pc != 0 ? waiting : find_goroutine_frame(address, stack);
}

void stack_frames_after_fork() {
  g_waiting.lock.unlock();
  g_waiting.first = nullptr;
}

}  // namespace gorace::detector
