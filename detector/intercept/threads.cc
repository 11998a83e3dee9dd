// pthread_create and the ends of threads. A child's birth happens after everything its creator did; its end happens
// before the return of the join. A strand ends after the thread's last destructor (thread_local objects, pthread keys),
// so that those are watched.
#include "detector/intercept/threads.h"

#include <limits.h>
#include <pthread.h>

#include <atomic>
#include <cstring>

#include "detector/intercept/exit_findings.h"
#include "detector/intercept/mutexes.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/signal_clocks.h"
#include "detector/report/stack_frames.h"
#include "detector/report/thread_memory.h"
#include "detector/report/uninstrumented.h"
#include "detector/shadow/access.h"
#include "detector/syncvar/sync_var.h"
#include "runtime/base/futex.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/sched/sched.h"
#include "runtime/stack/thread_stack.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(pthread_create)> real_create("pthread_create");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_join)> real_join("pthread_join");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_tryjoin_np)> real_tryjoin("pthread_tryjoin_np");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_timedjoin_np)> real_timedjoin("pthread_timedjoin_np");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_clockjoin_np)> real_clockjoin("pthread_clockjoin_np");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_detach)> real_detach("pthread_detach");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_setname_np)> real_setname("pthread_setname_np");

pthread_key_t g_end_key;

// Start: what a new thread needs; owned by the creator until the child has taken it over.
struct Start {
  void* (*body)(void*);
  void* argument;
  Context* context;
  // 0 until the creator has entered the thread into the table: before that the child must not end (its pthread_t could
  // come again).
  std::atomic<uint32_t> entered{0};
};

// libc runs key destructors in rounds while any value is set, PTHREAD_DESTRUCTOR_ITERATIONS at most. Setting ours again
// until the last round lets all others finish before. The value counts the rounds left.
void end_of_thread(void* rounds_left) {
  const auto rounds = reinterpret_cast<uintptr_t>(rounds_left);
  if (rounds > 1) {
    pthread_setspecific(g_end_key, reinterpret_cast<void*>(rounds - 1));
    return;
  }
  Context* context = current_context();
  if (context == nullptr) return;
  check_ignores_ended(context);
  remove_thread_memory(context->id);
  on_release_merge(&g_ended_threads);
  CallStack::release(context);
  context_end(context);
  if (Context* ended = thread_ended(pthread_self()); ended != nullptr) context_forget(ended);
}

// libc reuses the stacks of ended threads: what they did there is no concern of the new one. The range holds the
// thread's TLS too, above its first frame.
void begin_thread_memory(const Context* context) {
  const auto [stack_low, bytes] = runtime::thread_stack();
  if (bytes == 0) return;
  reset_memory(reinterpret_cast<void*>(stack_low), bytes);
  forget_sync_vars(stack_low, bytes);
  forget_lock_order(stack_low, bytes);
  const auto first_frame = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  add_thread_memory({.id = context->id,
                     .stack_low = stack_low,
                     .stack_high = stack_low + bytes,
                     .tls_low = first_frame,
                     .tls_high = stack_low + bytes});
}

void* run_thread(void* raw_start) {
  auto* start = static_cast<Start*>(raw_start);
  // acquire: pairs with the creator's release.
  while (start->entered.load(std::memory_order_acquire) == 0) runtime::futex_wait(&start->entered, 0);
  void* (*const body)(void*) = start->body;
  void* const argument = start->argument;
  Context* const context = start->context;
  runtime::internal_delete(start);
  begin_thread_memory(context);
  forget_signals_of_this_thread_id();
  pthread_setspecific(g_end_key, reinterpret_cast<void*>(uintptr_t{PTHREAD_DESTRUCTOR_ITERATIONS}));
  set_current_context(context);
  return body(argument);
}

bool starts_detached(const pthread_attr_t* attributes) {
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &state);
  return state == PTHREAD_CREATE_DETACHED;
}

// libc frees the thread-local memory of ended threads whose stacks it takes: no doing of the program's.
int create_unwatched(pthread_t* thread, const pthread_attr_t* attributes, Start* start) {
  const IgnoreScope quiet;
  return real_create(thread, attributes, run_thread, start);
}

}  // namespace

void prepare_threads() { pthread_key_create(&g_end_key, end_of_thread); }

int create_thread(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument,
                  CallSite site) {
  Context* creator = followed_context();
  // A strand that is not watched (libc's own helper threads) makes threads that are not: nothing could order them.
  if (creator == nullptr) return real_create(thread, attributes, body, argument);
  auto* start = runtime::internal_new<Start>();
  start->body = body;
  start->argument = argument;
  const OriginId created_at = origin_of_creation(site);
  start->context = context_create(creator, StrandKind::kThread, runtime::next_id(), created_at);
  Context* const context = start->context;
  if (!is_instrumented(reinterpret_cast<uintptr_t>(body))) {
    context->thread_end = reinterpret_cast<uintptr_t>(argument) + GORACE_THREAD_END;
  }
  const int result = create_unwatched(thread, attributes, start);
  if (result != 0) {
    context_end(context);
    context_forget(context);
    runtime::internal_delete(start);
    return result;
  }
  add_thread(*thread, context, starts_detached(attributes));
  forget_signals_of(*thread);
  start->entered.store(1, std::memory_order_release);
  runtime::futex_wake(&start->entered, 1);
  return 0;
}

int Join::finish(int error) const {
  if (error != 0 || entry_ == nullptr) return error;
  Context* ended = remove_thread(thread_, entry_);
  if (ended != nullptr) context_join(followed_context(), ended);
  return 0;
}

}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument) noexcept {
  return create_thread(thread, attributes, body, argument, CallSite::here());
}

int pthread_join(pthread_t thread, void** result) {
  const Join join(thread);
  const WaitingStack own_stack;  // whoever started threads waits here while they use its variables
  return join.finish(real_join(thread, result));
}

int pthread_tryjoin_np(pthread_t thread, void** result) noexcept {
  const Join join(thread);
  return join.finish(real_tryjoin(thread, result));
}

int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* deadline) {
  const Join join(thread);
  return join.finish(real_timedjoin(thread, result, deadline));
}

int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t clock, const timespec* deadline) {
  const Join join(thread);
  return join.finish(real_clockjoin(thread, result, clock, deadline));
}

int pthread_detach(pthread_t thread) noexcept {
  if (Context* ended = thread_detached(thread); ended != nullptr) context_forget(ended);
  return real_detach(thread);
}

int pthread_setname_np(pthread_t thread, const char* name) noexcept {
  Context* context = thread == pthread_self() ? current_context() : context_of_thread(thread);
  if (context != nullptr) strncpy(context->name, name, sizeof context->name - 1);
  return real_setname(thread, name);
}

}  // extern "C"
