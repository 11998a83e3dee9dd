// C11's thrd_*, mtx_*, cnd_* and call_once. glibc implements them on internal names that no interposition reaches, so
// each is taken over here, with the edges of its pthread sister.
#include <pthread.h>
#include <threads.h>

#include <cerrno>

#include "detector/intercept/mutexes.h"
#include "detector/intercept/once.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/threads.h"
#include "runtime/base/internal_allocator.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(mtx_init)> real_mtx_init("mtx_init");
GORACE_REAL_FUNCTION RealFunction<decltype(mtx_destroy)> real_mtx_destroy("mtx_destroy");
GORACE_REAL_FUNCTION RealFunction<decltype(mtx_lock)> real_mtx_lock("mtx_lock");
GORACE_REAL_FUNCTION RealFunction<decltype(mtx_trylock)> real_mtx_trylock("mtx_trylock");
GORACE_REAL_FUNCTION RealFunction<decltype(mtx_timedlock)> real_mtx_timedlock("mtx_timedlock");
GORACE_REAL_FUNCTION RealFunction<decltype(mtx_unlock)> real_mtx_unlock("mtx_unlock");
GORACE_REAL_FUNCTION RealFunction<decltype(cnd_init)> real_cnd_init("cnd_init");
GORACE_REAL_FUNCTION RealFunction<decltype(cnd_destroy)> real_cnd_destroy("cnd_destroy");
GORACE_REAL_FUNCTION RealFunction<decltype(cnd_signal)> real_cnd_signal("cnd_signal");
GORACE_REAL_FUNCTION RealFunction<decltype(cnd_broadcast)> real_cnd_broadcast("cnd_broadcast");
GORACE_REAL_FUNCTION RealFunction<decltype(cnd_wait)> real_cnd_wait("cnd_wait");
GORACE_REAL_FUNCTION RealFunction<decltype(cnd_timedwait)> real_cnd_timedwait("cnd_timedwait");

struct C11Start {
  thrd_start_t body;
  void* argument;
};

// A C11 thread is a pthread whose int result travels in the pointer, as in glibc.
void* run_c11_thread(void* raw_start) {
  auto* start = static_cast<C11Start*>(raw_start);
  const C11Start copy = *start;
  runtime::internal_delete(start);
  return reinterpret_cast<void*>(static_cast<intptr_t>(copy.body(copy.argument)));
}

int c11_result(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    case EBUSY:
      return thrd_busy;
    default:
      return thrd_error;
  }
}

int on_c11_locked(mtx_t* mutex, OriginId place, int result) {
  if (result == thrd_success) on_locked(mutex, place, 0);
  return result;
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t body, void* argument) {
  auto* start = gorace::runtime::internal_new<C11Start>();
  *start = {body, argument};
  const int error = create_thread(thread, nullptr, run_c11_thread, start, CallSite::here());
  if (error != 0) gorace::runtime::internal_delete(start);
  // glibc reports a refused thread (EAGAIN) as out of memory too.
  return error == EAGAIN ? thrd_nomem : c11_result(error);
}

int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (error == 0 && result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
  return c11_result(error);
}

int thrd_detach(thrd_t thread) { return c11_result(pthread_detach(thread)); }

void thrd_exit(int result) { pthread_exit(reinterpret_cast<void*>(static_cast<intptr_t>(result))); }

int mtx_init(mtx_t* mutex, int type) {
  on_object_init(mutex, sizeof *mutex, CallSite::here());
  return real_mtx_init(mutex, type);
}

void mtx_destroy(mtx_t* mutex) {
  on_object_destroy(mutex, sizeof *mutex, CallSite::here());
  real_mtx_destroy(mutex);
}

int mtx_lock(mtx_t* mutex) {
  const OriginId place = on_object_use(mutex, CallSite::here());
  return on_c11_locked(mutex, place, real_mtx_lock(mutex));
}

int mtx_trylock(mtx_t* mutex) {
  const OriginId place = on_object_use(mutex, CallSite::here());
  return on_c11_locked(mutex, place, real_mtx_trylock(mutex));
}

int mtx_timedlock(mtx_t* mutex, const timespec* deadline) {
  const OriginId place = on_object_use(mutex, CallSite::here());
  return on_c11_locked(mutex, place, real_mtx_timedlock(mutex, deadline));
}

int mtx_unlock(mtx_t* mutex) {
  before_unlock(mutex, CallSite::here());
  return real_mtx_unlock(mutex);
}

int cnd_init(cnd_t* condition) {
  on_object_init(condition, sizeof *condition, CallSite::here());
  return real_cnd_init(condition);
}

void cnd_destroy(cnd_t* condition) {
  on_object_destroy(condition, sizeof *condition, CallSite::here());
  real_cnd_destroy(condition);
}

int cnd_signal(cnd_t* condition) {
  on_object_use(condition, CallSite::here());
  return real_cnd_signal(condition);
}

int cnd_broadcast(cnd_t* condition) {
  on_object_use(condition, CallSite::here());
  return real_cnd_broadcast(condition);
}

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  on_object_use(condition, CallSite::here());
  const MutexReleasedForWait released(mutex, CallSite::here());
  return real_cnd_wait(condition, mutex);
}

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* deadline) {
  on_object_use(condition, CallSite::here());
  const MutexReleasedForWait released(mutex, CallSite::here());
  return real_cnd_timedwait(condition, mutex, deadline);
}

void call_once(once_flag* flag, void (*body)(void)) {
  // glibc's once_flag is a pthread_once_t, and its call_once pthread_once.
  run_once(reinterpret_cast<pthread_once_t*>(flag), body);
}

}  // extern "C"
