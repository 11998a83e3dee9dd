// Calls of the assembly entry points as instrumented code makes them, with origins of the test's own choice.
#ifndef GORACE_TESTS_UNIT_DETECTOR_ENTRY_CALL_H_
#define GORACE_TESTS_UNIT_DETECTOR_ENTRY_CALL_H_

#include <cstddef>
#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/context/thread_state.h"
#include "detector/origin/origin_cache.h"
#include "detector/shadow/access.h"

#if defined(__x86_64__)
// Both have a frame of their own, so that the entry point finds in it what the caller wants: the calling function's
// return address is at frame[1]. The second one has a trap (SIGTRAP) come after each instruction of the entry point.
extern "C" void gorace_test_call_entry(const void* address, const void* entry, const uintptr_t* frame);
extern "C" void gorace_test_step_entry(const void* address, const void* entry, const uintptr_t* frame);
extern "C" void gorace_test_set_trap_flag();  // the same for whatever the caller does, until it is cleared
extern "C" void gorace_test_clear_trap_flag();
extern "C" const char gorace_test_entry_returns_to[];
extern "C" const char gorace_test_step_returns_to[];
#endif

namespace gorace::detector::testing {

#if defined(__x86_64__)
// enter is an access by the strand, which no thread runs meanwhile, through the entry point of its size: 1, 2, 4 or 8
// bytes, aligned. The thread's cache is given the origin first, so no stack is walked.
inline void enter(Context* context, uintptr_t address, size_t bytes, bool is_write, OriginId origin,
                  bool is_stepped = false) {
  static const void* const entries[2][4] = {
      {reinterpret_cast<const void*>(__gorace_read1), reinterpret_cast<const void*>(__gorace_read2),
       reinterpret_cast<const void*>(__gorace_read4), reinterpret_cast<const void*>(__gorace_read8)},
      {reinterpret_cast<const void*>(__gorace_write1), reinterpret_cast<const void*>(__gorace_write2),
       reinterpret_cast<const void*>(__gorace_write4), reinterpret_cast<const void*>(__gorace_write8)}};
  const uintptr_t frame[] = {0, origin};
  const char* const pc = is_stepped ? gorace_test_step_returns_to : gorace_test_entry_returns_to;
  set_current_context(context);
  const uint64_t key = access_key(__gorace_tls.calling_context + context->held.key(), reinterpret_cast<uintptr_t>(pc),
                                  reinterpret_cast<uintptr_t>(frame), AccessKind::kPlain);
  origin_cache_entry(thread_state(), key) = {key, origin};
  const void* const entry = entries[is_write ? 1 : 0][__builtin_ctzl(bytes)];
  (is_stepped ? gorace_test_step_entry : gorace_test_call_entry)(reinterpret_cast<const void*>(address), entry, frame);
  set_current_context(nullptr);
}
#else
inline void enter(Context* context, uintptr_t address, size_t bytes, bool is_write, OriginId origin) {
  access_granule(context, address, bytes, is_write, origin);
}
#endif

}  // namespace gorace::detector::testing

#endif  // GORACE_TESTS_UNIT_DETECTOR_ENTRY_CALL_H_
