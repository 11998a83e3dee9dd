// fork(): the child is one thread, which goes on with the strand of the thread that forked. While it forks no other
// thread is inside the detector or its allocator (fork_gate.h), so the child finds their locks free; the few that are
// held elsewhere are freed before the child does anything.
#include "detector/intercept/fork.h"

#include <pthread.h>
#include <sched.h>

#include <cstdarg>

#include "detector/context/context.h"
#include "detector/context/fork_gate.h"
#include "detector/context/horizon.h"
#include "detector/context/private_phase.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/thread_table.h"
#include "detector/lock_order/lock_order.h"
#include "detector/report/stack_frames.h"
#include "detector/report/thread_memory.h"
#include "detector/sampling/sampling.h"
#include "detector/shadow/access.h"
#include "runtime/base/internal_allocator.h"

namespace gorace::detector {
namespace {

// First those inside finish, which may need the allocator.
void before_fork() {
  close_fork_gate();
  runtime::lock_internal_allocator();
}

void after_fork() {
  runtime::unlock_internal_allocator();
  open_fork_gate();
}

// The other threads are not here, and what they did before stands in the child's memory: nothing in the child can race
// with it. Without this, a mutex that the child makes anew would race with the parent's thread that used it.
void begin_anew() {
  if (in_private_phase()) return;
  raise_horizon();
  if (Context* context = current_context(); context != nullptr) pass_horizon(context);
}

void after_fork_in_child() {
  after_fork();
  shadow_after_fork();
  lock_order_after_fork();
  forget_other_threads();
  thread_memory_after_fork();
  stack_frames_after_fork();
  begin_anew();
  sampling_after_fork();
}

GORACE_REAL_FUNCTION RealFunction<decltype(clone)> real_clone("clone");

// ClonedStart: on the parent's stack, which the child has a copy of.
struct ClonedStart {
  int (*body)(void*);
  void* argument;
};

int run_cloned(void* raw_start) {
  after_fork_in_child();
  const auto* start = static_cast<const ClonedStart*>(raw_start);
  return start->body(start->argument);
}

}  // namespace

void prepare_fork() { pthread_atfork(before_fork, after_fork, after_fork_in_child); }

}  // namespace gorace::detector

// clone() of a process is a fork. One that shares its memory with this one (a thread made by hand, what vfork does) is
// let through: it is not watched.
extern "C" int clone(int (*body)(void*), void* stack, int flags, void* argument, ...) noexcept {
  using namespace gorace::detector;
  va_list rest;
  va_start(rest, argument);
  auto* parent_id = va_arg(rest, pid_t*);
  auto* tls = va_arg(rest, void*);
  auto* child_id = va_arg(rest, pid_t*);
  va_end(rest);
  if ((flags & CLONE_VM) != 0) return real_clone(body, stack, flags, argument, parent_id, tls, child_id);
  ClonedStart start{body, argument};
  before_fork();
  const int child = real_clone(run_cloned, stack, flags, &start, parent_id, tls, child_id);
  after_fork();
  return child;
}
