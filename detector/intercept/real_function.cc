#include "detector/intercept/real_function.h"

#include <dlfcn.h>

#include "runtime/base/real.h"

// Made by the linker.
extern gorace::detector::RealFunctionEntry g_first_real_function __asm__("__start_gorace_real");
extern gorace::detector::RealFunctionEntry g_end_of_real_functions __asm__("__stop_gorace_real");

namespace gorace::detector {

void* RealFunctionEntry::look_up() {
  void* found = version_ == nullptr ? nullptr : dlvsym(RTLD_NEXT, name_, version_);
  if (found == nullptr) found = dlsym(RTLD_NEXT, name_);
  if (found != nullptr) function_.store(found, std::memory_order_relaxed);
  return found;
}

void* RealFunctionEntry::look_up_or_die() {
  void* found = look_up();
  if (found == nullptr) {
    found = runtime::real_function(name_);
    function_.store(found, std::memory_order_relaxed);
  }
  return found;
}

void resolve_real_functions() {
  for (RealFunctionEntry* entry = &g_first_real_function; entry != &g_end_of_real_functions; ++entry) entry->look_up();
}

}  // namespace gorace::detector
