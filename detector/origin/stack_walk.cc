#include "detector/origin/stack_walk.h"

#include <unwind.h>

#include <atomic>
#include <cstring>

#include "detector/context/thread_state.h"
#include "detector/memory/mappings.h"
#include "runtime/sched/sched.h"

namespace gorace::detector {
namespace {

// --- Which stack are we on? ---

struct Search {
  uintptr_t address;
  AddressRange found;
};

bool check_mapping(AddressRange range, void* argument) {
  auto& search = *static_cast<Search*>(argument);
  if (!range.contains(search.address)) return true;
  search.found = range;
  return false;
}

// pthread_getattr_np would allocate. Of the kernel's list of mappings only the upper end matters: frames lie above us.
AddressRange current_stack() {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  if (const runtime::G* g = runtime::current_g_or_null(); g != nullptr) {
    const AddressRange of_goroutine{g->stack_low, g->stack_high};
    if (of_goroutine.contains(here)) return {here, of_goroutine.high};
  }
  ThreadState& state = thread_state();
  if (here < state.stack_low || here >= state.stack_high) {
    Search search{here, {}};
    for_each_mapping(check_mapping, &search);
    state.stack_low = search.found.low;
    state.stack_high = search.found.high;
  }
  return {here, state.stack_high};
}

// --- Frame pointers ---

struct FrameRecord {
  uintptr_t caller;  // saved frame pointer
  uintptr_t return_address;
};

bool is_frame_on(AddressRange stack, uintptr_t frame) {
  return frame % sizeof(uintptr_t) == 0 && frame >= stack.low && frame < stack.high &&
         stack.high - frame >= sizeof(FrameRecord);
}

// FrameChain steps through saved frame pointers. `broken` tells a chain that left the stack from one that ended at
// zero.
class FrameChain {
 public:
  FrameChain(AddressRange stack, uintptr_t frame_pointer) : stack_(stack), frame_pointer_(frame_pointer) {}

  // next returns the return address in this frame and moves to the caller's; 0 at the end.
  uintptr_t next() {
    if (!readable(frame_pointer_)) return 0;
    FrameRecord record;
    memcpy(&record, reinterpret_cast<const void*>(frame_pointer_), sizeof(record));
    if (record.return_address < kLowestCode) return 0;
    // Callers' frames lie above. A chain that turns back is no chain.
    if (record.caller != 0 && record.caller <= frame_pointer_) record.caller = kBroken;
    frame_pointer_ = record.caller;
    return record.return_address;
  }
  bool broken() const { return frame_pointer_ != 0; }

 private:
  static constexpr uintptr_t kLowestCode = 4096;
  static constexpr uintptr_t kBroken = 1;

  bool readable(uintptr_t frame) const { return is_frame_on(stack_, frame); }

  const AddressRange stack_;
  uintptr_t frame_pointer_;
};

// FrameBuffer keeps the first half of kMaxFrames, and the last half in a ring.
class FrameBuffer {
 public:
  explicit FrameBuffer(uintptr_t* frames) : frames_(frames) {}

  void add(uintptr_t pc) {
    if (total_ < kMaxFrames) {
      frames_[total_] = pc;
    } else {
      frames_[kHalf + (total_ - kHalf) % kHalf] = pc;
    }
    ++total_;
  }
  int total() const { return total_; }

  // finish puts the ring in order and returns the number of frames kept.
  int finish() {
    if (total_ <= kMaxFrames) return total_;
    uintptr_t ring[kHalf];
    memcpy(ring, frames_ + kHalf, sizeof(ring));
    const int oldest = (total_ - kHalf) % kHalf;
    for (int i = 0; i < kHalf; ++i) frames_[kHalf + i] = ring[(oldest + i) % kHalf];
    return kMaxFrames;
  }

 private:
  static constexpr int kHalf = kMaxFrames / 2;
  uintptr_t* const frames_;
  int total_ = 0;
};

// --- The unwinder ---

struct Unwinding {
  uintptr_t pc;       // where to begin to keep frames
  uintptr_t watched;  // a return address to look for, 0: none
  bool begun = false;
  bool seen = false;
  int beyond = 0;  // frames outside the watched one
  FrameBuffer* buffer;
};

_Unwind_Reason_Code keep_frame(_Unwind_Context* context, void* argument) {
  auto& unwinding = *static_cast<Unwinding*>(argument);
  const uintptr_t pc = _Unwind_GetIP(context);
  if (pc == 0) return _URC_NORMAL_STOP;
  if (pc == unwinding.pc) unwinding.begun = true;
  if (!unwinding.begun) return _URC_NO_REASON;
  if (unwinding.seen) ++unwinding.beyond;
  if (pc == unwinding.watched) unwinding.seen = true;
  unwinding.buffer->add(pc);
  return _URC_NO_REASON;
}

// Roots: return addresses into libc's code that calls main or a thread's function, which keeps no frame pointer.
// Nothing that a reader wants lies beyond, and the unwinder need not be asked again.
class Roots {
 public:
  bool has(uintptr_t pc) const {
    for (const auto& root : roots_) {
      if (root.load(std::memory_order_relaxed) == pc) return true;
    }
    return false;
  }
  void add(uintptr_t pc) {
    roots_[next_.fetch_add(1, std::memory_order_relaxed) % kRoots].store(pc, std::memory_order_relaxed);
  }

 private:
  static constexpr uint32_t kRoots = 8;
  std::atomic<uintptr_t> roots_[kRoots] = {};
  std::atomic<uint32_t> next_{0};
};
constinit Roots g_roots;

// libc has at most two frames beyond the one that called main (__libc_start_main, _start) or a thread (clone3).
constexpr int kMaxFramesBeyondRoot = 2;

// unwind_stack walks by unwind tables; when that finds no more than the frame pointers did, it keeps theirs.
int unwind_stack(uintptr_t pc, uintptr_t last, uintptr_t* frames, int count) {
  uintptr_t unwound[kMaxFrames];
  FrameBuffer buffer(unwound);
  Unwinding unwinding{.pc = pc, .watched = last, .buffer = &buffer};
  _Unwind_Backtrace(keep_frame, &unwinding);
  if (unwinding.seen && unwinding.beyond <= kMaxFramesBeyondRoot) {
    g_roots.add(last);
    return count;
  }
  if (buffer.total() <= count) return count;
  const int kept = buffer.finish();
  memcpy(frames, unwound, static_cast<size_t>(kept) * sizeof(uintptr_t));
  return kept;
}

}  // namespace

bool is_frame_here(uintptr_t frame_pointer) { return is_frame_on(current_stack(), frame_pointer); }

int peek_frames(uintptr_t frame_pointer, uintptr_t* frames, int max) {
  FrameChain chain(current_stack(), frame_pointer);
  int count = 0;
  while (count < max) {
    const uintptr_t pc = chain.next();
    if (pc == 0) break;
    frames[count++] = pc;
  }
  return count;
}

int walk_stack(uintptr_t pc, uintptr_t frame_pointer, uintptr_t* frames) {
  FrameChain chain(current_stack(), frame_pointer);
  FrameBuffer buffer(frames);
  buffer.add(pc);
  uintptr_t last = pc;
  while (const uintptr_t caller = chain.next()) {
    buffer.add(caller);
    last = caller;
  }
  const bool complete = !chain.broken() || g_roots.has(last);
  const int count = buffer.finish();
  return complete ? count : unwind_stack(pc, last, frames, count);
}

}  // namespace gorace::detector
