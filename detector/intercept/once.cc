// pthread_once (std::call_once is built on it): the end of the one call happens before every return.
#include "detector/intercept/once.h"

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

void call_and_release() {
  const OnceCall call = t_once_call;
  call.body();  // when it throws, nothing is released and the next caller tries again
  on_release(call.control);
}

}  // namespace

int run_once(pthread_once_t* control, void (*body)()) {
  t_once_call = {control, body};
  const int result = real_once(control, call_and_release);
  if (result == 0) on_acquire(control);
  return result;
}

}  // namespace gorace::detector

extern "C" int pthread_once(pthread_once_t* control, void (*body)()) {
  return gorace::detector::run_once(control, body);
}
