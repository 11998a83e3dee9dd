// GORACE_CHECK: an invariant that holds unless gorace itself is wrong. Prints the expression, the place and one value to
// stderr with raw writes (no allocation, no stdio), then aborts.
#ifndef GORACE_RUNTIME_BASE_CHECK_H_
#define GORACE_RUNTIME_BASE_CHECK_H_

#include <cstdint>

namespace gorace::runtime {

[[noreturn]] void check_failed(const char* file, int line, const char* expression, uint64_t value);

}  // namespace gorace::runtime

#define GORACE_CHECK_VALUE(expression, value)                                                                   \
  (__builtin_expect(!!(expression), 1)                                                                          \
       ? (void)0                                                                                                \
       : ::gorace::runtime::check_failed(__FILE__, __LINE__, #expression, static_cast<uint64_t>(value)))
#define GORACE_CHECK(expression) GORACE_CHECK_VALUE(expression, 0)

#endif  // GORACE_RUNTIME_BASE_CHECK_H_
