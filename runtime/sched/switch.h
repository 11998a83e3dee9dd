// The switch between goroutines, and what must happen around it. Included by the few files that switch.
//
// A scheduling point runs between begin_scheduling() and the resumed side's finish_switch(); in between the M may be
// changing its goroutine, and stop_the_world() waits.
#ifndef GORACE_RUNTIME_SCHED_SWITCH_H_
#define GORACE_RUNTIME_SCHED_SWITCH_H_

#include "runtime/arch/context.h"
#include "runtime/hooks.h"
#include "runtime/sched/scheduler.h"

namespace gorace::runtime {

[[gnu::always_inline]] inline void begin_scheduling(M* m) {
  m->in_scheduler.store(true, std::memory_order_relaxed);
  std::atomic_signal_fence(
      std::memory_order_seq_cst);  // the processor's part of the fence is stop_world()'s membarrier
}

[[gnu::always_inline]] inline void end_scheduling(M* m) { m->in_scheduler.store(false, std::memory_order_release); }

// save_thread_state and load_thread_state move what belongs to a goroutine but lives in the thread. The exception
// globals are almost always empty: then nothing is written.
[[gnu::always_inline]] inline void save_thread_state(M* m, G* g) {
  g->sched.saved_errno = *m->errno_location;
  if (__builtin_expect(!m->exceptions->empty(), 0)) {
    g->sched.exceptions = *m->exceptions;
    *m->exceptions = ExceptionState{};
  }
}

[[gnu::always_inline]] inline void load_thread_state(M* m, G* g) {
  *m->errno_location = g->sched.saved_errno;
  if (__builtin_expect(!g->sched.exceptions.empty(), 0)) {
    *m->exceptions = g->sched.exceptions;
    g->sched.exceptions = ExceptionState{};
  }
}

// finish_switch runs on the resumed stack, first thing: what the side that left asked for, then `g` is what this M runs
// (null: the scheduler).
[[gnu::always_inline]] inline void finish_switch(M* m, G* g) {
  if (m->after_switch != nullptr) {
    auto* const work = m->after_switch;
    m->after_switch = nullptr;
    work(m);
  }
  m->current = g;
}

// switch_to leaves goroutine `from` for goroutine `to`, straight. Returns, when somebody resumes `from`, the M it then
// runs on.
[[gnu::always_inline]] inline M* switch_to(M* m, G* from, G* to, bool from_ends = false) {
  observe<&Hooks::goroutine_switched>(from, to);
  save_thread_state(m, from);
  load_thread_state(m, to);
  m->current = nullptr;
  m->outgoing = from;
  m->incoming = to;
  to->sched.machine = m;
  to->status.store(GStatus::kRunning, std::memory_order_relaxed);
  sanitizer_before_switch(sanitizer_stack(from), sanitizer_stack(to), from_ends);
  m = static_cast<M*>(gorace_switch_stack(&from->sched.sp, to->sched.sp, m));
  sanitizer_after_switch(sanitizer_stack(from));
  finish_switch(m, from);
  end_scheduling(m);
  return m;
}

// switch_to_scheduler leaves goroutine `from` for the M's scheduler loop, which looks further afield.
[[gnu::always_inline]] inline M* switch_to_scheduler(M* m, G* from, bool from_ends = false) {
  observe<&Hooks::goroutine_switched>(from, static_cast<G*>(nullptr));
  save_thread_state(m, from);
  m->current = nullptr;
  m->outgoing = from;
  sanitizer_before_switch(sanitizer_stack(from), m->sanitizer_stack(), from_ends);
  m = static_cast<M*>(gorace_switch_stack(&from->sched.sp, m->scheduler_sp, m));
  sanitizer_after_switch(sanitizer_stack(from));
  finish_switch(m, from);
  end_scheduling(m);
  return m;
}

// switch_from_scheduler runs `to` until somebody on this M comes back to the scheduler loop.
[[gnu::always_inline]] inline void switch_from_scheduler(M* m, G* to) {
  observe<&Hooks::goroutine_switched>(static_cast<G*>(nullptr), to);
  load_thread_state(m, to);
  m->incoming = to;
  to->sched.machine = m;
  to->status.store(GStatus::kRunning, std::memory_order_relaxed);
  sanitizer_before_switch(m->sanitizer_stack(), sanitizer_stack(to), false);
  gorace_switch_stack(&m->scheduler_sp, to->sched.sp, m);
  sanitizer_after_switch(m->sanitizer_stack());
  finish_switch(m, nullptr);
}

// pick_next returns the goroutine to switch to without asking the scheduler loop, or null: when there is none in the
// P's own queue, or when the loop has something to do first (poll the global queue, run timers, stop, give up the P, a
// goroutine locked to another M).
[[gnu::always_inline]] inline G* pick_next(M* m, P* p, bool take_home) {
  if (g_sched.stop.load(std::memory_order_relaxed) != 0 || p->detached.load(std::memory_order_relaxed) ||
      m->locked_g != nullptr) {
    return nullptr;
  }
  p->tick.store(p->tick.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (--p->polls_left <= 0) return nullptr;  // the loop sets it anew
  if (p->timers.next_when() <= g_sched.coarse_now.load(std::memory_order_relaxed)) return nullptr;
  if (take_home && m->ready_home.load(std::memory_order_relaxed) != nullptr) {
    if (G* g = m->ready_home.exchange(nullptr, std::memory_order_acquire)) return g;
  }
  G* g = p->queue.take_next();
  if (g != nullptr) {
    p->handoffs.store(p->handoffs.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  } else {
    g = p->queue.pop();
    if (g == nullptr) return nullptr;
  }
  if (__builtin_expect(g->sched.lock_count != 0, 0)) {  // only its own M may run it: the loop passes it on
    push_local(p, g);
    p->polls_left = 1;
    return nullptr;
  }
  if (__builtin_expect(g->sched.sp == nullptr, 0)) {
    // Making stacks is work for the kernel: not before the switch, which releases the lock that the caller parks with.
    if (p->free_stack_count.load(std::memory_order_relaxed) == 0) {
      p->queue.set_next(g);
      return nullptr;
    }
    g = bind_stack(p, g);
  }
  return g;
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_SWITCH_H_
