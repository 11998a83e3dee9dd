// fork(): the child is one thread, which goes on with the strand of the thread that forked. While it forks no other
// thread is inside the detector or its allocator (fork_gate.h), so the child finds their locks free; the few that are
// held elsewhere are freed before the child does anything.
#include "detector/intercept/fork.h"

#include <pthread.h>

#include "detector/context/fork_gate.h"
#include "detector/intercept/thread_table.h"
#include "detector/report/thread_memory.h"
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

void after_fork_in_child() {
  after_fork();
  shadow_after_fork();
  forget_other_threads();
  thread_memory_after_fork();
}

}  // namespace

void prepare_fork() { pthread_atfork(before_fork, after_fork, after_fork_in_child); }

}  // namespace gorace::detector
