// Where the inline check's slow paths arrive: from the assembly entry points, and for ranges directly from instrumented
// code.
#include "detector/abi/abi.h"
#include "detector/abi/call_stack.h"
#include "detector/context/context.h"
#include "detector/origin/origin.h"
#include "detector/origin/origin_cache.h"
#include "detector/sampling/sampling.h"
#include "detector/shadow/access.h"
#include "detector/shadow/fast_access.h"

namespace {

using gorace::detector::AccessKind;
using gorace::detector::Context;
using gorace::detector::OriginId;

// What tells the calls apart that led to the running function: the hash that instrumented functions keep, and where
// they do not, since they were compiled for sampling, the return addresses themselves.
inline uint64_t calling_context(uintptr_t frame_pointer) {
  if (__builtin_expect(!gorace::detector::is_sampled_program(), 1)) return __gorace_tls.calling_context;
  return gorace::detector::hash_of_callers(frame_pointer);
}

void access_range(const void* address, uint64_t bytes, bool is_write, uintptr_t pc, uintptr_t frame_pointer) {
  Context* context = gorace::detector::recording_context();
  if (context == nullptr) return;
  if (gorace::detector::is_recorded(*context, address, bytes, is_write)) return;
  const OriginId origin = gorace::detector::intern_access(calling_context(frame_pointer) + context->held.present_key(), pc,
                                                          frame_pointer, AccessKind::kPlain);
  gorace::detector::access_memory(context, address, bytes, is_write, origin);
}

template <bool kIsWrite>
[[gnu::always_inline]] inline void access_slow(uintptr_t address, size_t bytes, uintptr_t pc, uintptr_t frame_pointer) {
  Context* context = gorace::detector::recording_context();
  if (context == nullptr) return;
  if (__builtin_expect((address & 7) + bytes > 8, 0)) {
    access_range(reinterpret_cast<const void*>(address), bytes, kIsWrite, pc, frame_pointer);
    return;
  }
  gorace::detector::access_in_granule<kIsWrite>(context, address, bytes, [=](gorace::detector::ThreadState& state) {
    return gorace::detector::intern_plain_access(state, calling_context(frame_pointer) + context->held.present_key(), pc,
                                                 frame_pointer);
  });
}

}  // namespace

extern "C" {

// bytes: 1, 2, 4 or a multiple of 8 up to 64. pc: return address of the entry point's call. frame_pointer: the
// accessing function's.
__attribute__((visibility("hidden"))) void gorace_write_slow(uintptr_t address, uint64_t bytes, uintptr_t pc,
                                                             uintptr_t frame_pointer) {
  access_slow<true>(address, bytes, pc, frame_pointer);
}

__attribute__((visibility("hidden"))) void gorace_read_slow(uintptr_t address, uint64_t bytes, uintptr_t pc,
                                                            uintptr_t frame_pointer) {
  access_slow<false>(address, bytes, pc, frame_pointer);
}

void __gorace_read_range(const void* address, uint64_t bytes) {
  const auto* frame = static_cast<const uintptr_t*>(__builtin_frame_address(0));
  access_range(address, bytes, false, reinterpret_cast<uintptr_t>(__builtin_return_address(0)), frame[0]);
}

void __gorace_write_range(void* address, uint64_t bytes) {
  const auto* frame = static_cast<const uintptr_t*>(__builtin_frame_address(0));
  access_range(address, bytes, true, reinterpret_cast<uintptr_t>(__builtin_return_address(0)), frame[0]);
}

}  // extern "C"
