// sleep: pauses the calling goroutine, not its OS thread.
//
//   using namespace std::chrono_literals;
//   gorace::sleep(50ms);
#ifndef GORACE_TIME_H_
#define GORACE_TIME_H_

#include <gorace/internal/language.h>

#include <chrono>
#include <cstdint>

namespace gorace {

namespace internal {

void sleep_nanoseconds(int64_t nanoseconds);

// to_nanoseconds rounds up, and cuts what does not fit: sleeping 292 years is as good as for ever.
template <class Rep, class Period>
constexpr int64_t to_nanoseconds(const std::chrono::duration<Rep, Period>& duration) {
  using Approximate = std::chrono::duration<double, std::nano>;
  const double approximate = std::chrono::duration_cast<Approximate>(duration).count();
  if (!(approximate > 0)) return 0;  // NaN too
  if (approximate >= 9.2e18) return INT64_MAX;
  return std::chrono::ceil<std::chrono::nanoseconds>(duration).count();
}

}  // namespace internal

// sleep waits at least `duration`; a negative or zero one only yields.
template <class Rep, class Period>
void sleep(const std::chrono::duration<Rep, Period>& duration) {
  internal::sleep_nanoseconds(internal::to_nanoseconds(duration));
}

}  // namespace gorace

#endif  // GORACE_TIME_H_
