// fork(): the child has one thread, and of the goroutines the one that forked. It goes on as if it had just begun: it
// may start goroutines, use channels and timers, exec or exit.
//
// While the process forks the world is stopped, so that no other thread is between two goroutines, and every lock of
// the scheduler is held here, so that the child finds what they guard whole. Then the child forgets the other threads:
//   - goroutines that ran or could run are gone, their stacks lost;
//   - those that wait go on waiting, and run in the child if it wakes them;
//   - timers are stopped, since they would wake goroutines of the parent's;
//   - the other processors are empty and idle; sysmon and workers are started anew when they are needed.
// A lock that another thread held at that moment in the program's own data (a std::mutex, a channel in the middle of a
// send) stays held, as everywhere with fork().
//
// Rejected: doing nothing and allowing no more than exec or _exit, as before: children that call exit() hung now and
// then, on a scheduler that waited for threads that are not there.
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/real.h"
#include "runtime/netpoll/netpoll.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/start_block.h"
#include "runtime/stack/stack_pool.h"

namespace gorace::runtime {
namespace {

template <class F>
void for_each_processor(F f) {
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) f(g_sched.all_ps[i].load(std::memory_order_relaxed));
}

// The order of the locks is that in which they nest elsewhere. The handlers of others that need these (none do) or that
// these need (the detector's) were registered before, and so run after.
void before_fork() {
  stop_world();
  hold_default_procs();
  hold_attaching();
  g_sched.lock.lock();
  for_each_processor([](P* p) { p->timers.hold(); });
  lock_start_blocks();
  lock_stack_pool();
  lock_internal_allocator();
}

void drop_locks() {
  unlock_internal_allocator();
  unlock_stack_pool();
  unlock_start_blocks();
  for_each_processor([](P* p) { p->timers.drop(); });
  g_sched.lock.unlock();
  drop_attaching();
  drop_default_procs();
}

void after_fork() {
  drop_locks();
  start_world();
}

struct Census {
  const G* self;
  int64_t alive = 0;
};

// count_or_bury: whoever does not wait will never run again.
void count_or_bury(G* g, void* argument) {
  auto* census = static_cast<Census*>(argument);
  const GStatus status = g->status.load(std::memory_order_relaxed);
  if (status == GStatus::kDead) return;
  if (g == census->self || status == GStatus::kWaiting) {
    ++census->alive;
  } else {
    g->status.store(GStatus::kDead, std::memory_order_relaxed);
  }
}

// forget_processors: `kept` (null: none) is the caller's.
void forget_processors(M* self, P* kept) {
  g_sched.idle_ps = g_sched.free_ps = nullptr;
  g_sched.idle_p_count.store(0, std::memory_order_relaxed);
  g_sched.detached_ps.store(0, std::memory_order_relaxed);
  g_sched.active_ps = kept != nullptr ? 1 : 0;
  const int wanted = g_sched.max_procs.load(std::memory_order_relaxed);
  for_each_processor([&](P* p) {
    while (p->queue.take_next() != nullptr) {
    }
    while (p->queue.pop() != nullptr) {
    }
    p->timers.forget();
    p->next_id = p->last_id = 0;  // so that new goroutines have higher ids than all of the parent's
    p->live.store(0, std::memory_order_relaxed);
    p->detached.store(false, std::memory_order_relaxed);
    if (p == kept) {
      p->state.store(PState::kRunning, std::memory_order_relaxed);
      p->machine.store(self, std::memory_order_relaxed);
      return;
    }
    // Their holder may have been in the middle of taking one.
    p->free_stack_count.store(0, std::memory_order_relaxed);
    p->free_start_block_count = 0;
    if (g_sched.active_ps < wanted) {
      ++g_sched.active_ps;
      put_idle_p_locked(p);
      return;
    }
    p->machine.store(nullptr, std::memory_order_relaxed);
    p->state.store(PState::kFree, std::memory_order_relaxed);
    p->next = g_sched.free_ps;
    g_sched.free_ps = p;
  });
}

void forget_threads(M* self) {
  const bool runs_goroutines = self != nullptr && !is_attached_thread(self);
  forget_machines_but(self);
  forget_attached_threads();
  forget_internal_threads();
  if (g_sched.main_machine != self) g_sched.main_machine = nullptr;
  g_sched.idle_ms = nullptr;
  g_sched.timer_keeper = nullptr;
  g_sched.timer_keeper_until = kNever;
  g_sched.machine_count.store(runs_goroutines ? 1 : 0, std::memory_order_relaxed);
  g_sched.spinning.store(0, std::memory_order_relaxed);
  g_sched.blocking.store(runs_goroutines && self->p == nullptr ? 1 : 0, std::memory_order_relaxed);
  g_sched.external_wakers.store(0, std::memory_order_relaxed);
  g_sched.sysmon_asleep.store(false, std::memory_order_relaxed);
  g_sched.started.store(false, std::memory_order_relaxed);
  if (self == nullptr) return;
  self->tid.store(static_cast<pid_t>(syscall(SYS_gettid)), std::memory_order_relaxed);
  self->ready_home.store(nullptr, std::memory_order_relaxed);
  self->stuck.store(false, std::memory_order_relaxed);
}

constinit uint64_t g_oldest_own_id = 0;

void forget_goroutines(const G* self) {
  g_oldest_own_id = next_id();
  g_sched.global_size.store(0, std::memory_order_relaxed);
  Census census{self};
  for_each_stack(count_or_bury, &census);
  for_each_start_block(count_or_bury, &census);
  // What the processors and live_elsewhere say together leaves main out (goroutine_count).
  const bool self_is_counted = self != nullptr && self->kind == GKind::kGoroutine;
  g_sched.live_elsewhere.store(census.alive - (g_sched.main_machine == nullptr && self_is_counted ? 1 : 0),
                               std::memory_order_relaxed);
}

void after_fork_in_child() {
  M* const self = current_m();
  g_netpoll.waiters.store(0, std::memory_order_relaxed);
  forget_threads(self);
  drop_locks();
  g_sched.lock.lock();
  forget_processors(self, self != nullptr ? self->p : nullptr);
  forget_goroutines(self != nullptr ? self->current : nullptr);
  g_sched.lock.unlock();
  start_world();
}

}  // namespace

uint64_t oldest_own_id() { return g_oldest_own_id; }

void prepare_for_forks() { pthread_atfork(before_fork, after_fork, after_fork_in_child); }

}  // namespace gorace::runtime
