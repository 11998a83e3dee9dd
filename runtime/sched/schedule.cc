// The scheduler loop: what an M does when the goroutine it ran has nothing of its own queue to hand over to. Runs on
// the M's scheduler stack.
#include "runtime/base/check.h"
#include "runtime/netpoll/netpoll.h"
#include "runtime/sched/latency.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/switch.h"

namespace gorace::runtime {

constinit LatencyHistogram g_latencies;

namespace {

constexpr int kStealRounds = 4;
// A goroutine's lines (control block, stack, closure) come from the victim's cache one by one, and its stack goes back
// the same way: measured half a microsecond. What runs shorter is better left where it is.
constexpr int64_t kWorthStealingNs = 500;

uint32_t next_random(M* m) {  // xorshift32 (Marsaglia 2003): quality does not matter, cost does
  uint32_t x = m->random;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return m->random = x;
}

int64_t read_clock() {
  const int64_t now = now_ns();
  g_sched.coarse_now.store(now, std::memory_order_relaxed);
  return now;
}

void start_spinning(M* m) {
  m->spinning = true;
  g_sched.spinning.fetch_add(1, std::memory_order_seq_cst);
}

// stop_spinning: true when it was the last one.
bool stop_spinning(M* m) {
  if (!m->spinning) return false;
  m->spinning = false;
  return g_sched.spinning.fetch_sub(1, std::memory_order_seq_cst) == 1;
}

// found_work: the M stops looking. If it was the last one that looked, another takes its place, so that a burst of work
// wakes processors one after the other.
G* found_work(M* m, G* g) {
  if (stop_spinning(m)) wake_processor();
  return g;
}

// steal_next takes the goroutine that the victim readied last. The victim probably switches to it within the
// microsecond: only one that stays is taken.
G* steal_next(P* victim) {
  G* g = victim->queue.peek_next();
  if (g == nullptr) return nullptr;
  const uint32_t tick = victim->tick.load(std::memory_order_relaxed);
  for (int i = 0; i < 64; ++i) cpu_relax();
  if (victim->tick.load(std::memory_order_relaxed) != tick || !victim->queue.take_next_if(g)) return nullptr;
  victim->handoffs.store(0, std::memory_order_relaxed);
  return g;
}

// judge_theft: this M is out of work again. How long did what it stole last keep it busy?
void judge_theft(M* m) {
  if (m->stole_from == nullptr) return;
  const int64_t each = (g_sched.coarse_now.load(std::memory_order_relaxed) - m->stole_at_ns) / m->stole_count;
  m->stole_from->fine_grained.store(each < kWorthStealingNs, std::memory_order_relaxed);
  m->stole_from = nullptr;
}

G* stole(M* m, P* victim, G* g, uint32_t count) {
  m->stole_from = victim;
  m->stole_count = count;
  m->stole_at_ns = g_sched.coarse_now.load(std::memory_order_relaxed);
  return g;
}

G* steal_work(M* m, P* p) {
  judge_theft(m);
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (int round = 0; round < kStealRounds; ++round) {
    const bool last_round = round == kStealRounds - 1;
    const uint32_t start = next_random(m) % count;
    for (uint32_t i = 0; i < count; ++i) {
      P* victim = g_sched.all_ps[(start + i) % count].load(std::memory_order_relaxed);
      if (victim == p) continue;
      if (last_round && victim->timers.run_expired(g_sched.coarse_now.load(std::memory_order_relaxed)) > 0) {
        if (G* g = p->queue.pop()) return g;
      }
      if (victim->fine_grained.load(std::memory_order_relaxed)) continue;
      uint32_t count = 0;
      if (G* g = victim->queue.steal_half(p->queue, &count)) return stole(m, victim, g, count);
      if (!last_round) continue;
      if (G* g = steal_next(victim)) return stole(m, victim, g, 1);
    }
  }
  return nullptr;
}

// end_slice: goroutines that ready each other hand the processor over through the next slot, ahead of the ring. They
// share one time slice, which is over: the one that was readied last waits behind the others.
void end_slice(P* p) {
  if (p->queue.ring_size() == 0) return;
  if (G* g = p->queue.take_next()) push_local(p, g);
}

// poll_now: the rare look at everything that must not starve behind the goroutines that run in turn. The interval
// varies: with a fixed one a pattern of as many steps always meets it in the same step.
G* poll_now(M* m, P* p) {
  p->polls_left = kGlobalPollInterval - static_cast<int32_t>(next_random(m) & 3);
  p->timers.run_expired(read_clock());
  end_slice(p);
  if (G* g = global_take(p)) return g;
  if (G* g = p->queue.pop()) return g;
  // Before main at home: a yielding main, which leaves it to this look to start a goroutine without a stack (pick_next),
  // would come first each time.
  return p->queue.take_next();
}

G* take_home(M* m) {
  if (m->ready_home.load(std::memory_order_relaxed) == nullptr) return nullptr;
  return m->ready_home.exchange(nullptr, std::memory_order_acquire);
}

G* queued_work(M* m, P* p) {
  if (p->timers.next_when() <= g_sched.coarse_now.load(std::memory_order_relaxed)) p->timers.run_expired(read_clock());
  if (G* g = take_home(m)) return g;
  if (G* g = p->queue.take_next()) return g;
  if (G* g = p->queue.pop()) return g;
  return global_take(p);
}

// sample_latency: the clock was just read. Null g: there is nothing to run.
void sample_latency(const G* g) {
  if (g != nullptr) g_latencies.add(g_sched.coarse_now.load(std::memory_order_relaxed) - g->runnable_since_ns);
}

G* local_work(M* m, P* p) {
  if (p->polls_left > 0) return queued_work(m, p);
  G* g = poll_now(m, p);
  if (g == nullptr) g = queued_work(m, p);
  sample_latency(g);
  return g;
}

// give_up_p makes the M idle unless work appeared; true when it is idle and must sleep.
bool give_up_p(M* m, P* p, int64_t next_timer, bool* was_spinning) {
  g_sched.lock.lock();
  if (g_sched.global_size.load(std::memory_order_relaxed) != 0 ||
      m->ready_home.load(std::memory_order_relaxed) != nullptr || p->detached.load(std::memory_order_relaxed) ||
      !p->queue.empty()) {
    g_sched.lock.unlock();
    return false;
  }
  m->p = nullptr;
  *was_spinning = m->spinning;  // once it is in the list, whoever wakes it sets this
  m->spinning = false;
  put_idle_p_locked(p);
  link_idle_locked(m);
  if (next_timer < g_sched.timer_keeper_until) {
    g_sched.timer_keeper = m;
    g_sched.timer_keeper_until = next_timer;
  }
  g_sched.lock.unlock();
  return true;
}

// resume_if_work is the second look of an M that just became idle: work that was added before anybody could see it idle
// would otherwise wait for the next wake-up. True: the M has a P again.
bool resume_if_work(M* m, int64_t next_timer, bool was_spinning) {
  if (was_spinning) g_sched.spinning.fetch_sub(1, std::memory_order_seq_cst);
  std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the one in add_from_outside (park.cc)
  if (!any_work_to_steal() && earliest_timer() >= next_timer) return false;
  P* p = nullptr;
  g_sched.lock.lock();
  if (m->idle && (p = take_idle_p_locked()) != nullptr) unlink_idle_locked(m);
  g_sched.lock.unlock();
  if (p == nullptr) return false;  // somebody handed it one, or all P are busy
  hold_p(m, p);
  if (was_spinning) start_spinning(m);
  return true;
}

// sleep_without_p: the M has no P (it gave it up, handed it to another M, or left blocking() without one).
void sleep_without_p(M* m) {
  const bool was_spinning = m->spinning;
  stop_spinning(m);
  g_sched.lock.lock();
  // Main waited for this very thread, which has nothing to run it with: any M that has takes it, and finds this one
  // idle.
  if (G* g = m->locked_g == nullptr ? take_home(m) : nullptr) global_push_locked(&g, 1);
  const bool wanted = m->locked_g != nullptr && m->ready_home.load(std::memory_order_relaxed) != nullptr;
  // Who saw this M look for work woke nobody else; what was it to find, a timer perhaps? It must look again.
  P* p = wanted || was_spinning || g_sched.global_size.load(std::memory_order_relaxed) != 0 ? take_idle_p_locked()
                                                                                            : nullptr;
  if (p == nullptr && wanted) {
    if (G* g = take_home(m)) global_push_locked(&g, 1);  // null: sysmon was faster
  }
  if (p == nullptr) {
    if (m->locked_g == nullptr) {
      link_idle_locked(m);
    } else {
      m->idle = true;
    }
  }
  g_sched.lock.unlock();
  if (p != nullptr) {
    hold_p(m, p);
    return;
  }
  ensure_sysmon();
  keep_timers();
  stop_machine(m, kNever);
}

// reattach_or_release: sysmon took this M's P off the count, and another one works in its stead. Go on with it if the
// count allows, else leave the queue to the others.
void reattach_or_release(M* m, P* p) {
  g_sched.lock.lock();
  if (g_sched.active_ps >= g_sched.max_procs.load(std::memory_order_relaxed)) {
    P* idle = take_idle_p_locked();
    if (idle != nullptr) release_idle_p_locked(idle);
  }
  if (g_sched.active_ps < g_sched.max_procs.load(std::memory_order_relaxed)) {
    attach_p_locked(p);
  } else {
    drain_to_global_locked(p);
    put_free_p_locked(p);
    m->p = nullptr;
  }
  g_sched.lock.unlock();
}

// keep_reservation: after a goroutine held main's thread for too long, the thread runs main alone for a while
// (sysmon.cc).
void keep_reservation(M* m) {
  const bool wanted =
      m->reserved_until_ns.load(std::memory_order_relaxed) > g_sched.coarse_now.load(std::memory_order_relaxed);
  if (wanted == m->reserved || (m->locked_g != nullptr && !m->reserved) || m->thread_g->rare.ended) return;
  m->reserved = wanted;
  m->locked_g = wanted ? m->thread_g : nullptr;
}

// find_runnable returns the next goroutine for this M, which then holds a P. Sleeps until there is one.
G* find_runnable(M* m) {
  for (;;) {
    if (g_sched.stop.load(std::memory_order_relaxed) != 0) stop_gate(m);
    if (m->p != nullptr && m->p->detached.load(std::memory_order_relaxed)) reattach_or_release(m, m->p);
    if (m->kind == MKind::kMain) keep_reservation(m);
    P* p = m->p;
    if (__builtin_expect(m->locked_g != nullptr, 0) && p != nullptr) {  // lock_os_thread(): nothing else may run here
      if (G* g = take_home(m)) return found_work(m, g);
      hand_off_p(m);
      p = nullptr;
    }
    if (p == nullptr) {
      sleep_without_p(m);
      continue;
    }
    if (G* g = local_work(m, p)) return found_work(m, g);
    if (netpoll_wanted() && look_at_network()) continue;
    if (!m->spinning &&
        2 * g_sched.spinning.load(std::memory_order_relaxed) <
            g_sched.max_procs.load(std::memory_order_relaxed) - g_sched.idle_p_count.load(std::memory_order_relaxed)) {
      start_spinning(m);
    }
    read_clock();
    if (m->spinning) {
      if (G* g = steal_work(m, p)) return found_work(m, g);
    }
    const int64_t next_timer = earliest_timer();
    if (next_timer <= read_clock()) {
      run_due_timers(g_sched.coarse_now.load(std::memory_order_relaxed));
      if (!p->queue.empty()) continue;
    }
    bool was_spinning = false;
    if (!give_up_p(m, p, next_timer, &was_spinning)) continue;
    if (resume_if_work(m, next_timer, was_spinning)) continue;
    ensure_sysmon();
    stop_machine(m, next_timer);
  }
}

// adopt_locked: g asked for a thread of its own while it ran on main's. False: this is main's thread; another M gets g,
// with this one's P.
bool adopt_locked(M* m, G* g) {
  if (m->kind == MKind::kMain) {
    global_push(g);
    hand_off_p(m);
    return false;
  }
  g->sched.home = m;
  m->locked_g = g;
  return true;
}

// belongs_here: false when g was passed on to the M that must run it.
bool belongs_here(M* m, G* g) {
  const M* home = g->sched.home;
  if (home == nullptr) return g->sched.lock_count == 0 || adopt_locked(m, g);
  return home == m || !run_at_home(m, g);
}

// run_loop never returns: an M that has nothing to do sleeps in find_runnable.
[[noreturn]] void run_loop(M* m) {
  for (;;) {
    G* g = find_runnable(m);
    if (!belongs_here(m, g)) continue;
    if (g->sched.sp == nullptr) g = bind_stack(m->p, g);
    m->p->tick.store(m->p->tick.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    m->stuck.store(false, std::memory_order_relaxed);
    switch_from_scheduler(m, g);
  }
}

}  // namespace

void run_due_timers(int64_t now) {
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) g_sched.all_ps[i].load(std::memory_order_relaxed)->timers.run_expired(now);
}

void scheduler_loop(M* m) {
  begin_scheduling(m);
  run_loop(m);
}

void main_scheduler_entry(void* value) {
  M* m = static_cast<M*>(value);
  sanitizer_after_switch(m->sanitizer_stack());
  finish_switch(m, nullptr);
  run_loop(m);
}

}  // namespace gorace::runtime
