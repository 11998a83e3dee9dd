// fork(): the child is one thread, which goes on with the strand of the thread that forked. Other threads may have held the detector's locks; what
// they held is freed before the child does anything.
#include "detector/intercept/fork.h"

#include <pthread.h>

#include "detector/intercept/thread_table.h"
#include "detector/report/thread_memory.h"
#include "detector/shadow/access.h"

namespace gorace::detector {
namespace {

void after_fork_in_child() {
  shadow_after_fork();
  forget_other_threads();
  thread_memory_after_fork();
}

}  // namespace

void prepare_fork() { pthread_atfork(nullptr, nullptr, after_fork_in_child); }

}  // namespace gorace::detector
