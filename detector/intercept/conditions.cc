// pthread_cond_*: signal and broadcast order nothing by themselves (a waiter may wake without one); what orders is the
// mutex that wait unlocks and locks again.
#include <pthread.h>

#include "detector/intercept/mutexes.h"
#include "detector/intercept/real_function.h"

namespace gorace::detector {
namespace {

// glibc 2.3.2 changed the layout and kept the older functions under an older version.
constexpr const char kVersion[] = "GLIBC_2.3.2";
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_cond_init)> real_init("pthread_cond_init", kVersion);
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_cond_destroy)> real_destroy("pthread_cond_destroy", kVersion);
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_cond_signal)> real_signal("pthread_cond_signal", kVersion);
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_cond_broadcast)> real_broadcast("pthread_cond_broadcast", kVersion);
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_cond_wait)> real_wait("pthread_cond_wait", kVersion);
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_cond_timedwait)> real_timedwait("pthread_cond_timedwait", kVersion);
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_cond_clockwait)> real_clockwait("pthread_cond_clockwait");

// Out of line: outside of a sampled program's windows, no register is saved for what is done within.
[[gnu::noinline]] void use_in_window(const pthread_cond_t* condition, CallSite site) { on_object_use(condition, site); }

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

int pthread_cond_init(pthread_cond_t* condition, const pthread_condattr_t* attributes) {
  on_object_init(condition, sizeof *condition, CallSite::here());
  return real_init(condition, attributes);
}

int pthread_cond_destroy(pthread_cond_t* condition) {
  on_object_destroy(condition, sizeof *condition, CallSite::here());
  return real_destroy(condition);
}

int pthread_cond_signal(pthread_cond_t* condition) {
  if (!is_outside_of_windows()) use_in_window(condition, CallSite::here());
  return real_signal(condition);
}

int pthread_cond_broadcast(pthread_cond_t* condition) {
  if (!is_outside_of_windows()) use_in_window(condition, CallSite::here());
  return real_broadcast(condition);
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  on_object_use(condition, CallSite::here());
  const MutexReleasedForWait released(mutex, CallSite::here());
  return real_wait(condition, mutex);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* deadline) {
  on_object_use(condition, CallSite::here());
  const MutexReleasedForWait released(mutex, CallSite::here());
  return real_timedwait(condition, mutex, deadline);
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* deadline) {
  on_object_use(condition, CallSite::here());
  const MutexReleasedForWait released(mutex, CallSite::here());
  return real_clockwait(condition, mutex, clock, deadline);
}

}  // extern "C"
