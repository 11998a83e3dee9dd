// blocking() and thread locking: goroutines that keep their OS thread for a while, with or without a P.
#include "runtime/sched/blocking.h"

#include "runtime/base/check.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/switch.h"

namespace gorace::runtime {
namespace {

void push_outgoing_global(M* m) {
  global_push(m->outgoing);
  std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the one in resume_if_work (schedule.cc)
  wake_processor();
}

}  // namespace

void acquire_p() {
  M* m = current_m();
  G* g = m->current;
  g_sched.lock.lock();
  P* p = take_idle_p_locked();
  g_sched.lock.unlock();
  if (p != nullptr) {
    hold_p(m, p);
    return;
  }
  // All P are busy: queue like any runnable goroutine.
  begin_scheduling(m);
  mark_runnable(g);
  m->after_switch = push_outgoing_global;
  switch_to_scheduler(m, g);
}

bool enter_blocking() {
  M* m = current_m_attached();
  if (m->p == nullptr) return false;  // an attached thread, or already inside
  if (m->kind == MKind::kMain &&
      m->current->kind != GKind::kMain) {  // main must not wait for this call: to another thread
    lock_thread();
    unlock_thread();
    m = current_m();
  }
  g_sched.blocking.fetch_add(1, std::memory_order_relaxed);
  hand_off_p(m);
  return true;
}

void leave_blocking(bool entered) {
  if (!entered) return;
  M* m = current_m();
  g_sched.blocking.fetch_sub(1, std::memory_order_relaxed);
  if (m->p == nullptr) acquire_p();  // else: it parked inside and came back with one
}

void lock_thread() {
  M* m = current_m_attached();
  if (is_attached_thread(m)) return;  // is locked anyway
  G* g = m->current;
  if (g->sched.lock_count++ != 0) return;
  if (m->kind == MKind::kMain && g->kind != GKind::kMain) {
    // Main's thread is main's. Another M adopts the goroutine (adopt_locked in schedule.cc): it comes back there,
    // locked.
    begin_scheduling(m);
    mark_runnable(g);
    m->after_switch = push_outgoing_global;
    switch_to_scheduler(m, g);
    return;
  }
  g->sched.home = m;
  m->locked_g = g;
}

void unlock_thread() {
  M* m = current_m_attached();
  if (is_attached_thread(m)) return;
  G* g = m->current;
  if (g->sched.lock_count == 0 || --g->sched.lock_count != 0) return;  // as Go: one unlock too many does nothing
  g->sched.home = g->kind == GKind::kMain ? g_sched.main_machine : nullptr;
  m->locked_g = nullptr;
  m->reserved = false;
}

}  // namespace gorace::runtime
