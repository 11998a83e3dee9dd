// strerror_r writes the texts of numbers that it does not know into the caller's buffer; the others are constants.
#include <string.h>

#include "detector/abi/access_check.h"
#include "detector/intercept/real_function.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(strerror_r)> real_strerror_r("strerror_r");

}  // namespace
}  // namespace gorace::detector

extern "C" char* strerror_r(int number, char* buffer, size_t bytes) noexcept {
  using namespace gorace::detector;
  char* const text = real_strerror_r(number, buffer, bytes);
  if (text == buffer && bytes != 0) check_range(buffer, strlen(text) + 1, Direction::kWrite, CallSite::here());
  return text;
}
