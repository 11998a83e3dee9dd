// Sanitizer annotations: AddressSanitizer and ThreadSanitizer follow a program's stacks and must be told of each
// switch. Empty in other builds.
//
// They are always inlined: TSan keeps a shadow call stack a fiber, and an annotation made in a function of its own
// would be entered on one fiber and left on another.
#ifndef GORACE_RUNTIME_SCHED_SANITIZER_H_
#define GORACE_RUNTIME_SCHED_SANITIZER_H_

#include <cstddef>
#include <cstdint>

#include "runtime/base/sanitizer_build.h"
#include "runtime/sched/goroutine.h"

#if GORACE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if GORACE_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace gorace::runtime {

inline constexpr bool kAddressSanitizer = GORACE_ASAN != 0;
inline constexpr bool kThreadSanitizer = GORACE_TSAN != 0;

// SanitizerStack: one stack as the sanitizers see it. A goroutine has one, and so has each M's scheduler stack.
struct SanitizerStack {
  void** tsan_fiber;
  void** asan_fake_stack;
  uintptr_t low;
  uintptr_t high;
};

// sanitizer_before_switch: the next thing done is a switch from `from` to `to`. from_ends: nothing will ever come back.
[[gnu::always_inline]] inline void sanitizer_before_switch([[maybe_unused]] const SanitizerStack& from,
                                                           [[maybe_unused]] const SanitizerStack& to,
                                                           [[maybe_unused]] bool from_ends) {
#if GORACE_ASAN
  __sanitizer_start_switch_fiber(from_ends ? nullptr : from.asan_fake_stack, reinterpret_cast<void*>(to.low),
                                 to.high - to.low);
#endif
#if GORACE_TSAN
  __tsan_switch_to_fiber(*to.tsan_fiber, 0);
#endif
}

// sanitizer_after_switch: the first thing done on the resumed stack `self`.
[[gnu::always_inline]] inline void sanitizer_after_switch([[maybe_unused]] const SanitizerStack& self) {
#if GORACE_ASAN
  __sanitizer_finish_switch_fiber(*self.asan_fake_stack, nullptr, nullptr);
#endif
}

// sanitizer_adopt_thread makes the running OS thread's own stack known as *fiber.
inline void sanitizer_adopt_thread([[maybe_unused]] void** fiber) {
#if GORACE_TSAN
  *fiber = __tsan_get_current_fiber();
#endif
}

inline void sanitizer_create_fiber([[maybe_unused]] void** fiber) {
#if GORACE_TSAN
  *fiber = __tsan_create_fiber(0);
#endif
}

inline void sanitizer_destroy_fiber([[maybe_unused]] void** fiber) {
#if GORACE_TSAN
  if (*fiber != nullptr) __tsan_destroy_fiber(*fiber);
  *fiber = nullptr;
#endif
}

// sanitizer_fresh_stack forgets what an ended goroutine left poisoned in [low, high).
inline void sanitizer_fresh_stack([[maybe_unused]] uintptr_t low, [[maybe_unused]] uintptr_t high) {
#if GORACE_ASAN
  __asan_unpoison_memory_region(reinterpret_cast<void*>(low), high - low);
#endif
}

// sanitizer_leak_root: memory that LeakSanitizer shall search for pointers.
inline void sanitizer_leak_root([[maybe_unused]] void* low, [[maybe_unused]] size_t bytes) {
#if GORACE_ASAN
  __lsan_register_root_region(low, bytes);
#endif
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_SANITIZER_H_
