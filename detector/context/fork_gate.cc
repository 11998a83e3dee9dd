#include "detector/context/fork_gate.h"

#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "detector/context/thread_state.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {

constinit std::atomic<bool> g_fork_gate_closed{false};

namespace {

constexpr long kPatienceSeconds = 1;

constinit runtime::SpinLock g_one_fork_at_a_time;

// Every other thread of the process passes a full fence before this returns. Registration is what the fast variant asks
// for; kernels without it (before 4.14) get no fence, and a thread that enters at that very moment may be missed.
void fence_all_threads() {
  const int saved_errno = errno;
  syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
  syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  errno = saved_errno;
}

struct Census {
  const ThreadState* own;
  int inside = 0;
};

int threads_inside() {
  Census census{&thread_state()};
  for_each_thread_state(
      [](ThreadState& state, void* argument) {
        auto* counted = static_cast<Census*>(argument);
        const bool inside = state.busy_depth > 0 || state.locked_granule != nullptr;
        if (&state != counted->own && state.thread_id != 0 && inside) ++counted->inside;
      },
      &census);
  return census.inside;
}

time_t now_seconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec;
}

}  // namespace

void close_fork_gate() {
  g_one_fork_at_a_time.lock();
  g_fork_gate_closed.store(true, std::memory_order_seq_cst);
  fence_all_threads();
  const time_t give_up = now_seconds() + kPatienceSeconds + 1;
  while (threads_inside() != 0 && now_seconds() < give_up) sched_yield();
}

void open_fork_gate() {
  // release: pairs with the acquire of those who wait.
  g_fork_gate_closed.store(false, std::memory_order_release);
  g_one_fork_at_a_time.unlock();
}

void wait_at_fork_gate(ThreadState& state) {
  // Who has a granule is inside already: whoever closed the gate waits until it is given back.
  if (state.locked_granule != nullptr) return;
  do {
    state.busy_depth = state.busy_depth - 1;
    while (g_fork_gate_closed.load(std::memory_order_acquire)) sched_yield();
    state.busy_depth = state.busy_depth + 1;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  } while (g_fork_gate_closed.load(std::memory_order_relaxed));
}

}  // namespace gorace::detector
