// pthread_once (std::call_once is built on it): the end of the one call happens before every return.
#include "detector/intercept/once.h"

#include "detector/intercept/park_checks.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

constinit RealFunction<decltype(pthread_once)> real_once("pthread_once");

// pthread_once passes nothing to the function, so what to call and for whom waits here. Read once, at the start of the
// call, on the same thread: the function itself may then call other onces, or (a goroutine) continue on another thread.
struct OnceCall {
  pthread_once_t* control;
  void (*body)();
};
constinit __attribute__((tls_model("initial-exec"))) thread_local OnceCall t_once_call{};

// The calls for one control happen one after the other: one that throws before the next attempt
// ([thread.once.callonce]).
class Attempt {
 public:
  explicit Attempt(pthread_once_t* control) : control_(control) {
    on_acquire(control);
    enter_initialiser(control);
  }
  ~Attempt() {
    leave_initialiser();
    on_release(control_);
  }
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
  if (result == 0) on_acquire(control);
  return result;
}

}  // namespace gorace::detector

extern "C" int pthread_once(pthread_once_t* control, void (*body)()) {
  return gorace::detector::run_once(control, body);
}
