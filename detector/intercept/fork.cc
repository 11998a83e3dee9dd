// fork(): the child is one thread, which goes on with the strand of the thread that forked. The allocator's locks are
// taken for the time of the fork; other locks that threads of the parent held are freed before the child does anything.
#include "detector/intercept/fork.h"

#include <pthread.h>

#include "detector/intercept/thread_table.h"
#include "detector/report/thread_memory.h"
#include "detector/shadow/access.h"
#include "runtime/base/internal_allocator.h"

namespace gorace::detector {
namespace {

void after_fork_in_child() {
  runtime::unlock_internal_allocator();
  shadow_after_fork();
  forget_other_threads();
  thread_memory_after_fork();
}

}  // namespace

void prepare_fork() {
  pthread_atfork(runtime::lock_internal_allocator, runtime::unlock_internal_allocator, after_fork_in_child);
}

}  // namespace gorace::detector
