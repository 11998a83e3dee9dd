// memcpy, memmove and memset of instrumented code: both ranges are checked, then libc does the work. The plain mem* and
// str* names are not interposed: README.md.
#include <cstring>

#include "detector/abi/access_check.h"

using gorace::detector::CallSite;
using gorace::detector::check_range;
using gorace::detector::Direction;

extern "C" {

void* __tsan_memcpy(void* to, const void* from, uintptr_t bytes) {
  const CallSite site = CallSite::here();
  check_range(from, bytes, Direction::kRead, site);
  check_range(to, bytes, Direction::kWrite, site);
  // A struct assignment to itself is a memcpy of equal pointers, which only memmove defines.
  return memmove(to, from, bytes);
}

void* __tsan_memmove(void* to, const void* from, uintptr_t bytes) {
  const CallSite site = CallSite::here();
  check_range(from, bytes, Direction::kRead, site);
  check_range(to, bytes, Direction::kWrite, site);
  return memmove(to, from, bytes);
}

void* __tsan_memset(void* to, int value, uintptr_t bytes) {
  check_range(to, bytes, Direction::kWrite, CallSite::here());
  return memset(to, value, bytes);
}

}  // extern "C"
