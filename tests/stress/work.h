// The kinds of work that a soak mixes. Each function does one small round, checks what must hold, and returns; it is
// called again and again by goroutines of its own.
#ifndef GORACE_TESTS_STRESS_WORK_H_
#define GORACE_TESTS_STRESS_WORK_H_

#include <cstddef>
#include <random>

namespace gorace::stress {

using Random = std::mt19937_64;

struct Work {
  const char* name;
  void (*round)(Random& random);
  int workers;  // goroutines that do it
};

extern const Work kWorks[];
extern const size_t kWorkCount;

// start_foreign_threads starts OS threads that serve requests through channels; stop_foreign_threads joins them.
void start_foreign_threads();
void stop_foreign_threads();

// violated prints what did not hold and ends the process with code 1.
[[noreturn]] void violated(const char* what);

}  // namespace gorace::stress

#endif  // GORACE_TESTS_STRESS_WORK_H_
