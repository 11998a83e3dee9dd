// Calls of the C library by -fsanitize=thread code: library_names.cc, fortified_names.cc.
#ifndef GORACE_DETECTOR_ABI_LIBRARY_NAMES_H_
#define GORACE_DETECTOR_ABI_LIBRARY_NAMES_H_

#include <atomic>
#include <cstdint>

#include "detector/abi/call_stack.h"
#include "detector/intercept/real_function.h"

namespace gorace::detector {

// Written by constructors of modules, one at a time under the loader's lock.
extern std::atomic<bool> g_has_thread_sanitizer_code;

// is_made_by_thread_sanitizer_code: does `pc` lie in the function at the top of the call stack?
[[gnu::noinline]] bool is_made_by_thread_sanitizer_code(uintptr_t pc);

inline bool is_checked_call(CallSite site) {
  return __builtin_expect(g_has_thread_sanitizer_code.load(std::memory_order_relaxed), false) &&
         is_made_by_thread_sanitizer_code(site.pc);
}

// call does `checked` for such a caller, `real` for all others.
template <class Result, class... Arguments, class... Passed>
inline Result call(CallSite site, Result (*checked)(CallSite, Arguments...), RealFunction<Result(Arguments...)>& real,
                   Passed... passed) {
  return is_checked_call(site) ? checked(site, passed...) : real(passed...);
}

// watch_library_names begins to check such calls. For the constructors of modules that were compiled with
// -fsanitize=thread; any number of times.
void watch_library_names();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_LIBRARY_NAMES_H_
