// Where the inline check's slow paths arrive: from the assembly entry points, and for ranges directly from instrumented code.
#include "detector/abi/abi.h"
#include "detector/context/context.h"
#include "detector/origin/origin.h"
#include "detector/shadow/access.h"

namespace {

using gorace::detector::AccessKind;
using gorace::detector::Context;
using gorace::detector::OriginId;

// The context to record for, or null when nothing that runs now is to be recorded.
inline Context* watched() {
  auto* context = static_cast<Context*>(__gorace_tls.context);
  return context != nullptr && context->ignore_depth == 0 ? context : nullptr;
}

void access_range(const void* address, uint64_t bytes, bool is_write, uintptr_t pc, uintptr_t frame_pointer) {
  Context* context = watched();
  if (context == nullptr) return;
  const OriginId origin =
      gorace::detector::intern_access(__gorace_tls.calling_context, pc, frame_pointer, AccessKind::kPlain);
  gorace::detector::access_memory(context, address, bytes, is_write, origin);
}

}  // namespace

extern "C" {

// bytes_and_direction: bytes << 1 | is_write. pc: return address of the entry point's call. frame_pointer: the accessing function's.
__attribute__((visibility("hidden"))) void gorace_access_slow(uintptr_t address, uint64_t bytes_and_direction, uintptr_t pc,
                                                              uintptr_t frame_pointer) {
  Context* context = watched();
  if (context == nullptr) return;
  const OriginId origin =
      gorace::detector::intern_access(__gorace_tls.calling_context, pc, frame_pointer, AccessKind::kPlain);
  const size_t bytes = bytes_and_direction >> 1;
  const bool is_write = (bytes_and_direction & 1) != 0;
  if (__builtin_expect((address & 7) + bytes <= 8, 1)) {
    gorace::detector::access_granule(context, address, bytes, is_write, origin);
  } else {
    gorace::detector::access_memory(context, reinterpret_cast<const void*>(address), bytes, is_write, origin);
  }
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
