// The timer interface of sched.h over the per-P heaps.
#include <time.h>

#include "runtime/hooks.h"
#include "runtime/sched/scheduler.h"

namespace gorace::runtime {
namespace {

// tell_sleepers: a thread without a P started the earliest timer. An M that has a P sees its own timers before it goes
// idle; here somebody idle may have to get up earlier than it meant to.
void tell_sleepers(int64_t when_ns) {
  g_sched.lock.lock();
  M* keeper = g_sched.timer_keeper;
  const bool late = g_sched.timer_keeper_until > when_ns;
  P* p = nullptr;
  if (late && keeper != nullptr && keeper->idle && (p = take_idle_p_locked()) != nullptr) {
    unlink_idle_locked(keeper);
    keeper->handed_p = p;
  }
  g_sched.lock.unlock();
  if (p != nullptr) {
    wake_machine(keeper);
  } else if (late) {
    std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the one in resume_if_work (schedule.cc)
    wake_processor();                                     // an M that goes idle looks at the timers
  }
}

void wake_sleeper(void* g) { ready(static_cast<G*>(g)); }

void arm_sleep(void* timer) { arm_timer(static_cast<RuntimeTimer*>(timer)); }

int64_t saturating_add(int64_t a, int64_t b) {
  int64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? kNever - 1 : sum;
}

}  // namespace

int64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1'000'000'000) + now.tv_nsec;
}

void arm_timer(RuntimeTimer* timer) {
  M* m = current_m_attached();
  P* p = m->p;
  const int64_t when = timer->when_ns;  // the timer may have run and be gone once it is in the heap
  ensure_sysmon();                      // it runs the timers of a P whose goroutine does not come back
  if (p != nullptr) {
    p->timers.add(timer);
    return;
  }
  if (g_sched.all_ps[0].load(std::memory_order_relaxed)->timers.add(timer)) tell_sleepers(when);
}

void start_timer(RuntimeTimer* timer) {
  if (G* g = current_g_or_null(); g != nullptr) observe<&Hooks::release>(g, static_cast<const void*>(timer));
  arm_timer(timer);
}

bool stop_timer(RuntimeTimer* timer) {
  return timer->heap != nullptr && static_cast<TimerHeap*>(timer->heap)->remove(timer);
}

void wait_timer_callback(RuntimeTimer* timer) {
  if (timer->heap != nullptr) static_cast<TimerHeap*>(timer->heap)->wait_callback(timer);
}

void sleep_ns(int64_t duration_ns) {
  if (duration_ns <= 0) {
    yield_now();
    return;
  }
  RuntimeTimer timer;
  timer.when_ns = saturating_add(now_ns(), duration_ns);
  timer.callback = wake_sleeper;
  timer.argument = current_g();
  // The timer starts once the goroutine is off its stack: it must not be readied before.
  park(WaitReason::kSleep, nullptr, arm_sleep, &timer);
}

}  // namespace gorace::runtime
