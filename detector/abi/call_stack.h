// CallStack: the calls that led to -fsanitize=thread code, one stack a strand, kept by __tsan_func_entry/exit. Such
// objects need not have frame pointers, so this is the only stack that a report about them can have. Code compiled by
// gorace's own pass does not use it: there frame pointers are on, and __gorace_tls.calling_context alone tells call
// paths apart.
//
// Both kinds of code may be mixed. Each entry keeps the calling-context hash that holds inside its function; when the
// present hash is that of the top entry, the accessing function is the one at the top, and its stack is this one;
// otherwise newer calls are of the other kind, and frame pointers are walked.
//
// Also here: CallSite, where in the program an interposed function was called, and the origin that belongs to it.
//
// Thread safety: a CallStack is used by the strand it belongs to.
#ifndef GORACE_DETECTOR_ABI_CALL_STACK_H_
#define GORACE_DETECTOR_ABI_CALL_STACK_H_

#include <cstddef>
#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/context/context.h"
#include "detector/origin/origin.h"
#include "detector/sampling/sampling.h"

namespace gorace::detector {

// Where the program called one of our functions: return address, and the caller's rbp (any value when it keeps no frame
// pointer).
struct CallSite {
  uintptr_t pc = 0;
  uintptr_t frame_pointer = 0;

  // here, inlined into an interposed function, is the site of its call.
  [[gnu::always_inline]] static inline CallSite here() {
    return {reinterpret_cast<uintptr_t>(__builtin_return_address(0)),
            *static_cast<const uintptr_t*>(__builtin_frame_address(0))};
  }
  // of_frame is the site of the call of the function whose frame address is given (runtime/alloc/alloc_hooks.h).
  static CallSite of_frame(const void* frame) {
    const auto* words = static_cast<const uintptr_t*>(frame);
    return {words[1], words[0]};
  }
};

// Call: one entry. `frame` is an address within the entered function's frame.
struct Call {
  uintptr_t return_address;
  uintptr_t frame;
  uint64_t caller_context;  // __gorace_tls.calling_context to restore
  uint64_t own_context;     // the one that holds inside
  uintptr_t entry_pc;       // within the entered function
};

class CallStack {
 public:
  // of returns the strand's stack, made at the first need.
  static CallStack& of(Context* context);
  // release gives the strand's stack back, if it has one. Before context_end.
  static void release(Context* context);

  // enter pushes a call and returns the new calling context. Entries whose frames are gone (longjmp skipped their exit)
  // are dropped first: stacks grow downwards, so a live caller's frame is above `frame`.
  uint64_t enter(uintptr_t return_address, uintptr_t frame, uint64_t caller_context, uintptr_t entry_pc = 0);
  // leave pops and returns the calling context to restore. On an empty stack (exit without entry): 0.
  uint64_t leave();

  size_t depth() const { return depth_; }
  const Call& top() const { return calls_[depth_ - 1]; }

  // copy_frames writes `pc` and the return addresses below it, innermost first; returns their number.
  int copy_frames(uintptr_t pc, uintptr_t* frames, int max) const;

 private:
  void grow();

  Call* calls_ = nullptr;
  size_t depth_ = 0;
  size_t capacity_ = 0;
};

// origin_of_call names the program's stack at `site`, for an access or event of the given kind by the running strand.
OriginId origin_of_call(Context* context, CallSite site, AccessKind kind);

// origin_of_creation names the stack at the creation of a thread, found by the unwinder: exact also through libraries
// (std::thread's constructor calls pthread_create from inside libstdc++), for an event that takes microseconds anyway.
OriginId origin_of_creation(CallSite site);

// followed_context returns the context of the running strand, or null when the strand is not followed now. For what
// must be known outside of a sampled program's windows, too: who lives, what a descriptor stands for, what is locked.
inline Context* followed_context() {
  auto* context = static_cast<Context*>(__gorace_tls.context);
  return context != nullptr && context->ignore_depth == 0 ? context : nullptr;
}

// watched_context is followed_context for what is recorded: null outside of windows. For it to be so for edges, a
// release must ask before the program's own operation, and an acquire after it (sampling/README.md).
inline Context* watched_context() {
  Context* context = followed_context();
  return context != nullptr && is_in_window(context) ? context : nullptr;
}

// recording_context is watched_context for accesses, which the program may have asked to ignore.
inline Context* recording_context() {
  Context* context = watched_context();
  return context != nullptr && context->access_ignore_depth == 0 ? context : nullptr;
}

// synced_context is watched_context for edges, likewise.
inline Context* synced_context() {
  Context* context = watched_context();
  return context != nullptr && context->ignore_sync == 0 ? context : nullptr;
}

// plain_context is all of these at once: the running strand's context when no part of what it does is ignored, and the
// program is not sampled; else null, and they are to be asked one by one. For what is asked for often.
inline Context* plain_context() {
  auto* context = static_cast<Context*>(__gorace_tls.context);
  if (__builtin_expect(context == nullptr || is_sampled_program(), 0)) return nullptr;
  const int ignored = context->ignore_depth | context->access_ignore_depth | context->ignore_sync;
  return __builtin_expect(ignored == 0, 1) ? context : nullptr;
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_CALL_STACK_H_
