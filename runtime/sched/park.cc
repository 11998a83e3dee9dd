// park, ready, yield: the scheduling points. The common case hands over from goroutine to goroutine directly, one stack
// switch, no lock.
#include "runtime/base/check.h"
#include "runtime/base/futex.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/switch.h"

namespace gorace::runtime {
namespace {

// After so many hand-overs in a row that stayed on one P, readying one goroutine does not wake another P (README,
// "Wake-ups").
constexpr uint32_t kSettledHandoffs = 16;

// add_from_outside: the caller is no M with a P.
void add_from_outside(G* g) {
  global_push(g);
  std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the one in resume_if_work (schedule.cc)
  wake_processor();
}

// ready_main: main runs on its own thread, unless that is stuck with another goroutine.
void ready_main(M* m, G* g) {
  M* home = g->sched.home;
  if (m == home && m->p != nullptr) {
    m->ready_home.store(g, std::memory_order_release);
    return;
  }
  g_sched.lock.lock();
  if (home->idle) {
    if (P* p = take_idle_p_locked(); p != nullptr) {
      hand_home_locked(home, g, p);
      g_sched.lock.unlock();
      wake_machine(home);
      return;
    }
  } else if (!home->stuck.load(std::memory_order_relaxed)) {
    home->ready_home.store(g, std::memory_order_release);
    g_sched.lock.unlock();
    return;
  }
  g_sched.lock.unlock();
  add_from_outside(g);
}

void run_unlock(M* m) { m->unlock(m->unlock_argument); }
void unlock_spin_lock(M* m) { static_cast<SpinLock*>(m->unlock_argument)->unlock(); }

void requeue_outgoing(M* m) {
  G* g = m->outgoing;
  // Main waits for its own thread, outside the queue that others steal from. But not while that thread runs main alone
  // (sysmon.cc): main would be the next to run, and with one processor nobody else ever.
  if (g->kind == GKind::kMain && g->sched.lock_count == 0 && m->locked_g == nullptr) {
    ready_main(m, g);
  } else {
    push_local(m->p, g);
  }
}

void set_waiting(G* g, WaitReason reason, const void* object) {
  g->wait_reason.store(reason, std::memory_order_relaxed);
  g->wait_object.store(object, std::memory_order_relaxed);
  g->wait_since_ns.store(g_sched.coarse_now.load(std::memory_order_relaxed), std::memory_order_relaxed);
  g->status.store(GStatus::kWaiting, std::memory_order_relaxed);
}

void clear_waiting(G* g) {
  g->wait_reason.store(WaitReason::kNone, std::memory_order_relaxed);
  g->wait_object.store(nullptr, std::memory_order_relaxed);
}

// park_thread: an OS thread of the program sleeps in the kernel.
template <class Unlock>
[[gnu::noinline]] void park_thread(G* g, Unlock unlock) {
  ensure_sysmon();  // it looks for deadlocks
  unlock();
  g->rare.asleep.store(true, std::memory_order_release);  // for the deadlock check: what unlock did can be seen
  while (g->rare.thread_wake.exchange(0, std::memory_order_acquire) == 0) futex_wait(&g->rare.thread_wake, 0);
  g->rare.asleep.store(false, std::memory_order_relaxed);
  g->status.store(GStatus::kRunning, std::memory_order_relaxed);
}

}  // namespace

void add_runnable(M* m, G* g) {
  P* p = m != nullptr ? m->p : nullptr;
  if (p == nullptr) {
    add_from_outside(g);
    return;
  }
  if (m->current == nullptr) {  // a timer's callback: in order, behind what is there
    push_local(p, g);
    wake_processor();
    return;
  }
  if (G* former = p->queue.set_next(g); former != nullptr) {
    push_local(p, former);
    if (!p->fine_grained.load(std::memory_order_relaxed)) wake_processor();
  } else if (p->handoffs.load(std::memory_order_relaxed) < kSettledHandoffs) {
    wake_processor();
  }
}

namespace {

// park_with does what the two kinds of park have in common. after_switch runs once the goroutine is off its stack and
// does the unlocking that M::unlock and M::unlock_argument tell; park_thread's caller does it itself.
template <class Prepare, class UnlockNow>
[[gnu::always_inline]] inline void park_with(WaitReason reason, const void* object, Prepare prepare,
                                             UnlockNow unlock_now) {
  M* m = current_m_attached();
  G* g = m->current;
  GORACE_CHECK_VALUE(g != nullptr, reason);  // the scheduler itself must not block
  observe<&Hooks::goroutine_parked>(g, reason, object);
  set_waiting(g, reason, object);
  if (__builtin_expect(is_attached_thread(m), 0)) {
    park_thread(g, unlock_now);
    clear_waiting(g);
    return;
  }
  begin_scheduling(m);
  prepare(m);
  P* p = m->p;
  if (G* next = p != nullptr ? pick_next(m, p, /*take_home=*/true) : nullptr; next != nullptr) {
    switch_to(m, g, next);
  } else {
    switch_to_scheduler(m, g);
  }
  clear_waiting(g);
}

}  // namespace

void park(WaitReason reason, const void* object, void (*unlock)(void*), void* argument) {
  park_with(
      reason, object,
      [=](M* m) {
        if (unlock == nullptr) return;
        m->unlock = unlock;
        m->unlock_argument = argument;
        m->after_switch = run_unlock;
      },
      [=] {
        if (unlock != nullptr) unlock(argument);
      });
}

void park(WaitReason reason, const void* object, SpinLock* lock) {
  park_with(
      reason, object,
      [=](M* m) {
        m->unlock_argument = lock;
        m->after_switch = unlock_spin_lock;
      },
      [=] { lock->unlock(); });
}

void park_for_ever(WaitReason reason) {
  for (;;) park(reason, nullptr, nullptr, nullptr);
}

void ready(G* g) {
  GORACE_CHECK_VALUE(g->status.load(std::memory_order_relaxed) == GStatus::kWaiting, g->id);
  observe<&Hooks::goroutine_readied>(g);
  mark_runnable(g);
  if (__builtin_expect(g->kind != GKind::kGoroutine, 0)) {
    if (g->kind == GKind::kThread) {
      g->rare.thread_wake.store(1, std::memory_order_release);
      futex_wake(&g->rare.thread_wake, 1);
      return;
    }
    if (g->sched.lock_count == 0) {
      ready_main(current_m(), g);
      return;
    }
  }
  add_runnable(current_m(), g);
}

void yield_now() {
  M* m = current_m_attached();
  G* g = m->current;
  P* p = m->p;
  if (p == nullptr) {  // an attached thread, or inside blocking(): the kernel schedules it
    sched_yield();
    return;
  }
  begin_scheduling(m);
  G* next = pick_next(m, p, /*take_home=*/g->sched.home != m);
  if (next == nullptr && p->queue.empty() && p->polls_left > 0 && m->locked_g == nullptr &&
      g_sched.global_size.load(std::memory_order_relaxed) == 0 &&
      m->ready_home.load(std::memory_order_relaxed) == nullptr &&
      p->timers.next_when() > g_sched.coarse_now.load(std::memory_order_relaxed) &&
      !p->detached.load(std::memory_order_relaxed) && g_sched.stop.load(std::memory_order_relaxed) == 0) {
    end_scheduling(m);  // nobody else wants to run
    return;
  }
  mark_runnable(g);
  m->after_switch = requeue_outgoing;
  if (next != nullptr) {
    switch_to(m, g, next);
  } else {
    p->polls_left = 0;  // the others first: the global queue, timers
    switch_to_scheduler(m, g);
  }
}

}  // namespace gorace::runtime
