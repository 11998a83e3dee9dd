// Processors: made on demand, never freed, moved between the states of processor.h.
#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/base/check.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/tally.h"
#include "runtime/stack/overflow.h"

namespace gorace::runtime {

constinit Scheduler g_sched;

namespace {

constexpr uint64_t kIdBlock = 16;  // ids a P reserves at once: one shared counter bump for 16 goroutines

P* new_p_locked() {
  const uint32_t index = g_sched.p_count.load(std::memory_order_relaxed);
  if (index == kMaxPs) return nullptr;
  P* p = internal_new<P>();
  p->index = index;
  g_sched.all_ps[index].store(p, std::memory_order_release);
  g_sched.p_count.store(index + 1, std::memory_order_release);  // pairs with the readers' loops over all_ps
  return p;
}

void grow_to_locked(int n) {
  while (g_sched.active_ps < n) {
    P* p = take_free_p_locked();
    if (p == nullptr) return;
    put_idle_p_locked(p);
  }
}

// shrink_to_locked lets idle processors go, then marks running ones: their M give up at the next scheduling point.
void shrink_to_locked(int n) {
  while (g_sched.active_ps > n) {
    P* p = take_idle_p_locked();
    if (p == nullptr) break;
    release_idle_p_locked(p);
  }
  const uint32_t count = g_sched.p_count.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < count && g_sched.active_ps > n; ++i) {
    P* p = g_sched.all_ps[i].load(std::memory_order_relaxed);
    if (p->state.load(std::memory_order_relaxed) == PState::kRunning) detach_p_locked(p);
  }
}

}  // namespace

void start_scheduler() {
  pthread_sigmask(SIG_SETMASK, nullptr, &g_sched.signal_mask);
  syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
  install_overflow_handler();
  g_sched.coarse_now.store(now_ns(), std::memory_order_relaxed);
  const int n = initial_max_procs();
  g_sched.lock.lock();
  g_sched.max_procs.store(n, std::memory_order_relaxed);
  grow_to_locked(n);
  g_sched.lock.unlock();
}

void hold_p(M* m, P* p) {
  p->machine.store(m, std::memory_order_release);  // sysmon reads the M through it
  m->p = p;
}

P* take_idle_p_locked() {
  P* p = g_sched.idle_ps;
  if (p == nullptr) return nullptr;
  g_sched.idle_ps = p->next;
  p->next = nullptr;
  p->state.store(PState::kRunning, std::memory_order_relaxed);
  g_sched.idle_p_count.fetch_sub(1, std::memory_order_relaxed);
  if (g_sched.sysmon_asleep.load(std::memory_order_relaxed)) wake_sysmon();
  return p;
}

void put_idle_p_locked(P* p) {
  p->machine.store(nullptr, std::memory_order_relaxed);
  p->state.store(PState::kIdle, std::memory_order_relaxed);
  p->next = g_sched.idle_ps;
  g_sched.idle_ps = p;
  g_sched.idle_p_count.fetch_add(1, std::memory_order_relaxed);
}

P* take_free_p_locked() {
  P* p = g_sched.free_ps;
  if (p != nullptr) {
    g_sched.free_ps = p->next;
    p->next = nullptr;
  } else if ((p = new_p_locked()) == nullptr) {
    return nullptr;
  }
  p->state.store(PState::kRunning, std::memory_order_relaxed);
  ++g_sched.active_ps;
  return p;
}

void put_free_p_locked(P* p) {
  GORACE_CHECK_VALUE(p->queue.empty(), p->index);
  p->detached.store(false, std::memory_order_relaxed);
  g_sched.detached_ps.fetch_sub(1, std::memory_order_relaxed);
  p->machine.store(nullptr, std::memory_order_relaxed);
  p->state.store(PState::kFree, std::memory_order_relaxed);
  p->next = g_sched.free_ps;
  g_sched.free_ps = p;
}

void detach_p_locked(P* p) {
  p->state.store(PState::kDetached, std::memory_order_relaxed);
  p->detached.store(true, std::memory_order_relaxed);
  g_sched.detached_ps.fetch_add(1, std::memory_order_relaxed);
  --g_sched.active_ps;
}

void attach_p_locked(P* p) {
  p->detached.store(false, std::memory_order_relaxed);
  p->state.store(PState::kRunning, std::memory_order_relaxed);
  g_sched.detached_ps.fetch_sub(1, std::memory_order_relaxed);
  ++g_sched.active_ps;
}

void release_idle_p_locked(P* p) {
  --g_sched.active_ps;
  p->state.store(PState::kFree, std::memory_order_relaxed);
  p->next = g_sched.free_ps;
  g_sched.free_ps = p;
}

uint64_t next_id() { return g_sched.last_id.fetch_add(1, std::memory_order_relaxed) + 1; }

uint64_t allocate_id(P* p) {
  if (p == nullptr) return next_id();
  if (p->next_id == p->last_id) {
    p->next_id = g_sched.last_id.fetch_add(kIdBlock, std::memory_order_relaxed) + 1;
    p->last_id = p->next_id + kIdBlock;
  }
  return p->next_id++;
}

bool any_queue_has_work() {
  if (g_sched.global_size.load(std::memory_order_relaxed) != 0) return true;
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) {
    if (!g_sched.all_ps[i].load(std::memory_order_relaxed)->queue.empty()) return true;
  }
  return false;
}

bool any_work_to_steal() {
  if (g_sched.global_size.load(std::memory_order_relaxed) != 0) return true;
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) {
    const P* p = g_sched.all_ps[i].load(std::memory_order_relaxed);
    if (!p->fine_grained.load(std::memory_order_relaxed) && p->queue.ring_size() != 0) return true;
  }
  return false;
}

int64_t earliest_timer() {
  int64_t earliest = kNever;
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) {
    earliest = std::min(earliest, g_sched.all_ps[i].load(std::memory_order_relaxed)->timers.next_when());
  }
  return earliest;
}

int change_max_procs(int n) {
  g_sched.lock.lock();
  const int former = g_sched.max_procs.load(std::memory_order_relaxed);
  if (n >= 1) {
    n = std::min(n, kMaxProcs);
    g_sched.max_procs.store(n, std::memory_order_relaxed);
    grow_to_locked(n);
    shrink_to_locked(n);
  }
  g_sched.lock.unlock();
  if (n > former && any_queue_has_work()) wake_processor();
  return former;
}

int set_max_procs(int n) {
  current_m_attached();
  if (n >= 1) keep_max_procs();
  return change_max_procs(n);
}

size_t goroutine_count() {
  int64_t count = tally_sum(&P::live, g_sched.live_elsewhere);
  const M* main = g_sched.main_machine;
  if (main == nullptr || !main->thread_g->rare.ended) ++count;
  return count < 0 ? 0 : static_cast<size_t>(count);
}

void count_channels(int64_t change) {
  M* m = current_m();
  tally(m != nullptr ? m->p : nullptr, &P::channels, g_sched.channels_elsewhere, change);
}

size_t channel_count() {
  const int64_t count = tally_sum(&P::channels, g_sched.channels_elsewhere);
  return count < 0 ? 0 : static_cast<size_t>(count);
}

}  // namespace gorace::runtime
