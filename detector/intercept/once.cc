// pthread_once (std::call_once is built on it): the end of the one call happens before every return.
#include "detector/intercept/once.h"

#include "detector/intercept/park_checks.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(pthread_once)> real_once("pthread_once");

// pthread_once passes nothing to the function, so what to call and for whom waits here. Read once, at the start of the
// call, on the same thread: the function itself may then call other onces, or (a goroutine) continue on another thread.
struct OnceCall {
  pthread_once_t* control;
  void (*body)();
};
constinit __attribute__((tls_model("initial-exec"))) thread_local OnceCall t_once_call{};

// Out of line, since the function may park and its goroutine continue on another thread: compilers keep the address of
// what is thread_local over calls.
[[gnu::noinline]] void begin_attempt(pthread_once_t* control) {
  on_acquire(control);
  enter_initialiser(control);
}
[[gnu::noinline]] void end_attempt(pthread_once_t* control) {
  leave_initialiser();
  on_release(control);
}
[[gnu::noinline]] void return_from_once(pthread_once_t* control) { on_acquire(control); }

// The calls for one control happen one after the other: one that throws before the next attempt
// ([thread.once.callonce]).
class Attempt {
 public:
  explicit Attempt(pthread_once_t* control) : control_(control) { begin_attempt(control); }
  ~Attempt() { end_attempt(control_); }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

 private:
  pthread_once_t* const control_;
};

void call_once_body() {
  const OnceCall call = t_once_call;
  const Attempt attempt(call.control);
  call.body();
}

}  // namespace

int run_once(pthread_once_t* control, void (*body)()) {
  t_once_call = {control, body};
  const int result = real_once(control, call_once_body);
  if (result == 0) return_from_once(control);
  return result;
}

}  // namespace gorace::detector

extern "C" int pthread_once(pthread_once_t* control, void (*body)()) {
  return gorace::detector::run_once(control, body);
}
