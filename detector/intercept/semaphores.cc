// sem_*: a post happens before the wait that takes what it gave. A semaphore does not tell whose post a wait took, so a
// wait is ordered after all posts so far.
#include <fcntl.h>
#include <semaphore.h>

#include <cstdarg>

#include "detector/intercept/real_function.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(sem_init)> real_init("sem_init");
GORACE_REAL_FUNCTION RealFunction<decltype(sem_destroy)> real_destroy("sem_destroy");
GORACE_REAL_FUNCTION RealFunction<decltype(sem_open)> real_open("sem_open");
GORACE_REAL_FUNCTION RealFunction<decltype(sem_post)> real_post("sem_post");
GORACE_REAL_FUNCTION RealFunction<decltype(sem_wait)> real_wait("sem_wait");
GORACE_REAL_FUNCTION RealFunction<decltype(sem_trywait)> real_trywait("sem_trywait");
GORACE_REAL_FUNCTION RealFunction<decltype(sem_timedwait)> real_timedwait("sem_timedwait");
GORACE_REAL_FUNCTION RealFunction<decltype(sem_clockwait)> real_clockwait("sem_clockwait");

int on_taken(sem_t* semaphore, int result) {
  if (result == 0) on_acquire(semaphore);
  return result;
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

int sem_init(sem_t* semaphore, int shared, unsigned value) noexcept {
  on_object_init(semaphore, sizeof *semaphore, CallSite::here());
  return real_init(semaphore, shared, value);
}

int sem_destroy(sem_t* semaphore) noexcept {
  on_object_destroy(semaphore, sizeof *semaphore, CallSite::here());
  return real_destroy(semaphore);
}

// Opening the same name again returns the same address: no init of the object.
sem_t* sem_open(const char* name, int flags, ...) noexcept {
  if ((flags & O_CREAT) == 0) return real_open(name, flags);
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = va_arg(arguments, mode_t);
  const unsigned value = va_arg(arguments, unsigned);
  va_end(arguments);
  return real_open(name, flags, mode, value);
}

int sem_post(sem_t* semaphore) noexcept {
  on_object_use(semaphore, CallSite::here());
  on_release_merge(semaphore);
  return real_post(semaphore);
}

int sem_wait(sem_t* semaphore) {
  on_object_use(semaphore, CallSite::here());
  return on_taken(semaphore, real_wait(semaphore));
}

int sem_trywait(sem_t* semaphore) noexcept {
  on_object_use(semaphore, CallSite::here());
  return on_taken(semaphore, real_trywait(semaphore));
}

int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  on_object_use(semaphore, CallSite::here());
  return on_taken(semaphore, real_timedwait(semaphore, deadline));
}

int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
  on_object_use(semaphore, CallSite::here());
  return on_taken(semaphore, real_clockwait(semaphore, clock, deadline));
}

}  // extern "C"
