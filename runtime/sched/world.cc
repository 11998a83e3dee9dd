// Stopping the world: no M changes which goroutine it runs, so that parked goroutines stay parked while their stacks
// are read. Running ones go on until their next scheduling point.
//
// A handshake of two plain flags (an M's in_scheduler, the world's stop) that needs a fence on both sides; the M's is
// on every hand-over, so the stopper pays for both: membarrier runs a full barrier on every processor that runs a
// thread of this process. After it, an M that did not see the stop has its in_scheduler visible here.
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/futex.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/switch.h"

namespace gorace::runtime {
namespace {

SpinLock g_stopper;  // one at a time

void barrier_everywhere() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0) return;
  timespec pause{0, 10'000'000};  // a kernel without it: far longer than any store buffer holds a store
  nanosleep(&pause, nullptr);
}

}  // namespace

void stop_gate(M* m) {
  while (g_sched.stop.load(std::memory_order_acquire) != 0) {
    end_scheduling(m);
    futex_wait(&g_sched.stop, 1);
    begin_scheduling(m);
  }
}

void stop_world() {
  g_stopper.lock();
  g_sched.stop.store(1, std::memory_order_seq_cst);
  barrier_everywhere();
  const M* self = current_m();
  for (M* m = first_machine(); m != nullptr; m = m->all_next) {
    if (m == self) continue;
    while (m->in_scheduler.load(std::memory_order_acquire)) sched_yield();
  }
}

void start_world() {
  g_sched.stop.store(0, std::memory_order_release);
  futex_wake(&g_sched.stop, INT32_MAX);
  g_stopper.unlock();
}

}  // namespace gorace::runtime
