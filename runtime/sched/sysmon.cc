// sysmon: one thread without a P that watches the others. Each pass it
//   - runs timers that are overdue (their P is busy or nobody's),
//   - wakes a processor when work waits and one is idle (ready() leaves some wake-ups out),
//   - looks at the network when nobody has for 10 ms: every processor has goroutines to run,
//   - detaches the P of a goroutine that has run for over 10 ms while others wait and no P is idle, and hands on what
//     waits behind it,
//   - sends main elsewhere when such a goroutine holds main's own thread,
//   - lets GOMAXPROCS follow its default,
//   - writes the schedtrace, if asked to,
//   - returns the memory of stacks that stayed unused,
//   - looks for a deadlock when everything is idle, then sleeps until a P is taken again.
//
// Rejected: taking the P itself away from the stuck M, as Go does from a system call. The M may come back at any
// instant, so each scheduling point would need a fence or the taker a membarrier; detaching only changes a count and a
// flag that the M may see late. Rejected: preemption by signals: C++ code may be inside malloc or hold any lock.
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "runtime/base/futex.h"
#include "runtime/base/options.h"
#include "runtime/base/real.h"
#include "runtime/dump/dump.h"
#include "runtime/netpoll/netpoll.h"
#include "runtime/sched/scheduler.h"
#include "runtime/stack/stack_pool.h"

namespace gorace::runtime {
namespace {

constexpr int64_t kMinSleepNs = 50'000;
constexpr int64_t kMaxSleepNs = 10'000'000;  // the time a hog gets before it is noticed, and at most once more
constexpr int kPassesBeforeBackoff = 20;
constexpr int64_t kHogNs = 10'000'000;
constexpr int64_t kHogCpuNs = 5'000'000;
constexpr int64_t kReserveMainNs = 10'000'000'000;
constexpr int64_t kTimerSlackNs = 50'000;   // an M that runs usually sees to a due timer itself
constexpr int64_t kNetworkNs = 10'000'000;  // as Go
constexpr int64_t kTrimIntervalNs = 1'000'000'000;
constexpr int64_t kIdleRecheckMinNs = 10'000'000;
constexpr int64_t kIdleRecheckMaxNs = 1'000'000'000;
constexpr size_t kSysmonStackBytes = size_t{128} << 10;

struct Sysmon {
  int64_t sleep_ns = kMinSleepNs;
  int quiet_passes = 0;
  int64_t last_trim_ns = 0;
  int64_t next_trace_ns = 0;
  int64_t idle_recheck_ns = kIdleRecheckMinNs;
  bool idle_before = false;

  [[noreturn]] void run();
  bool pass(int64_t now);
  bool watch_processor(P* p, int64_t now);
  bool spread_work();
  void sleep_while_idle(int64_t now);
  void trim(int64_t now);
  void trace(int64_t now);
};

bool work_waits() {
  const M* main = g_sched.main_machine;
  return any_queue_has_work() || (main != nullptr && main->ready_home.load(std::memory_order_relaxed) != nullptr);
}

// send_main_elsewhere: main is ready, but a goroutine that does not come back holds its thread. Main goes home at its
// next scheduling point after the thread is free, and the thread is its own for a while: a program that computes for
// long in one goroutine probably does again.
bool send_main_elsewhere(M* m, int64_t now) {
  if (m == nullptr || m->kind != MKind::kMain || m->ready_home.load(std::memory_order_relaxed) == nullptr) return false;
  m->stuck.store(true, std::memory_order_relaxed);
  m->reserved_until_ns.store(now + kReserveMainNs, std::memory_order_relaxed);
  G* g = m->ready_home.exchange(nullptr, std::memory_order_acquire);
  if (g == nullptr) return false;
  global_push(g);
  return true;
}

// detach_hog gives the work behind a hog another processor.
bool detach_hog(P* p) {
  g_sched.lock.lock();
  P* other = nullptr;
  if (p->state.load(std::memory_order_relaxed) == PState::kRunning &&
      g_sched.detached_ps.load(std::memory_order_relaxed) < kMaxDetached && g_sched.idle_ps == nullptr) {
    other = take_free_p_locked();
    if (other != nullptr) {
      detach_p_locked(p);
      put_idle_p_locked(other);
    }
  }
  g_sched.lock.unlock();
  if (other == nullptr) return false;
  wake_processor();
  return true;
}

// hand_on_queue gives what waits behind a goroutine that does not come back to everybody. The ring can be stolen from,
// but processors that always have work of their own never do: those look into the global queue now and then. (Go hands
// the whole P on, queue included.)
bool hand_on_queue(P* p) {
  g_sched.lock.lock();
  const uint32_t before = g_sched.global_size.load(std::memory_order_relaxed);
  if (G* next = p->queue.take_next(); next != nullptr) global_push_locked(&next, 1);
  while (G* g = p->queue.steal()) global_push_locked(&g, 1);
  const bool any = g_sched.global_size.load(std::memory_order_relaxed) != before;
  g_sched.lock.unlock();
  if (any) wake_processor();
  return any;
}

// hog_limit_ns grows with the number of hogs: each then gets less of the real processors, and 10 ms of wall time say
// less. It also bounds how fast a program that only computes collects threads.
int64_t hog_limit_ns() {
  const int64_t procs = g_sched.max_procs.load(std::memory_order_relaxed);
  return kHogNs * (procs + g_sched.detached_ps.load(std::memory_order_relaxed)) / procs;
}

// cpu_time_ns is the processor time of a thread of this process (the clock id as pthread_getcpuclockid makes it); -1
// when it is gone.
int64_t cpu_time_ns(pid_t tid) {
  constexpr clockid_t kPerThreadScheduler = 6;
  timespec used;
  if (clock_gettime(static_cast<clockid_t>((~static_cast<unsigned>(tid)) << 3) | kPerThreadScheduler, &used) != 0)
    return -1;
  return used.tv_sec * INT64_C(1'000'000'000) + used.tv_nsec;
}

// thread_state is the letter of /proc/self/task/TID/stat: R runs or waits for a processor.
char thread_state(pid_t tid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
  const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
  if (fd < 0) return '?';
  char text[128];
  const long bytes = syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  text[bytes > 0 ? bytes : 0] = '\0';
  const char* name_end = strrchr(text, ')');
  return name_end != nullptr && name_end[1] != '\0' ? name_end[2] : '?';
}

// holds_thread tells a goroutine that computes, or blocks in the kernel, from one whose thread the kernel did not let
// run: on a busy machine that is common, and no fault of the program.
bool holds_thread(P* p, M* m) {
  const pid_t tid = m->tid.load(std::memory_order_relaxed);
  if (tid == 0) return false;
  const int64_t used = cpu_time_ns(tid);
  if (p->seen_cpu_ns < 0) {
    p->seen_cpu_ns = used;
    return false;
  }
  return used - p->seen_cpu_ns >= kHogCpuNs || thread_state(tid) != 'R';
}

bool Sysmon::watch_processor(P* p, int64_t now) {
  if (p->state.load(std::memory_order_relaxed) != PState::kRunning &&
      p->state.load(std::memory_order_relaxed) != PState::kDetached) {
    return false;
  }
  const uint32_t tick = p->tick.load(std::memory_order_relaxed);
  if (tick != p->seen_tick) {
    p->seen_tick = tick;
    p->seen_since_ns = now;
    p->seen_cpu_ns = -1;
    return false;
  }
  M* m = p->machine.load(std::memory_order_acquire);
  if (m == nullptr || now - p->seen_since_ns < hog_limit_ns() || !work_waits() || !holds_thread(p, m)) return false;
  bool acted = send_main_elsewhere(m, now);
  if (g_sched.idle_p_count.load(std::memory_order_relaxed) != 0) return acted;
  if (p->state.load(std::memory_order_relaxed) == PState::kRunning) acted |= detach_hog(p);
  if (p->state.load(std::memory_order_relaxed) == PState::kDetached) acted |= hand_on_queue(p);
  return acted;
}

// spread_work makes up for wake-ups that were left out: a P whose goroutine goes on by itself, with others behind it,
// while a P is idle.
bool Sysmon::spread_work() {
  if (g_sched.idle_p_count.load(std::memory_order_relaxed) == 0) return false;
  bool waits = g_sched.global_size.load(std::memory_order_relaxed) != 0;
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) {
    P* p = g_sched.all_ps[i].load(std::memory_order_relaxed);
    const uint32_t tick = p->tick.load(std::memory_order_relaxed);
    const bool stays = tick == p->spread_tick;
    p->spread_tick = tick;
    if (!stays || p->queue.empty()) continue;
    p->handoffs.store(0, std::memory_order_relaxed);
    p->fine_grained.store(false, std::memory_order_relaxed);
    waits = true;
  }
  if (waits) wake_processor();
  return waits;
}

bool Sysmon::pass(int64_t now) {
  bool acted = false;
  if (earliest_timer() <= now - kTimerSlackNs) {
    run_due_timers(now);
    acted = true;
  }
  if (netpoll_wanted() && now - g_netpoll.last_poll_ns.load(std::memory_order_relaxed) >= kNetworkNs) {
    acted |= look_at_network();
  }
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) acted |= watch_processor(g_sched.all_ps[i].load(std::memory_order_relaxed), now);
  return acted | spread_work();
}

bool all_idle() {
  return g_sched.idle_p_count.load(std::memory_order_relaxed) == g_sched.max_procs.load(std::memory_order_relaxed) &&
         g_sched.detached_ps.load(std::memory_order_relaxed) == 0 &&
         g_sched.global_size.load(std::memory_order_relaxed) == 0;
}

void Sysmon::trim(int64_t now) {
  if (now - last_trim_ns < kTrimIntervalNs) return;
  last_trim_ns = now;
  release_idle_stacks(/*release_all=*/false);
}

void Sysmon::trace(int64_t now) {
  const long interval_ms = options().schedtrace;
  if (interval_ms == 0 || now < next_trace_ns) return;
  print_schedtrace(now, options().scheddetail);
  next_trace_ns = now + interval_ms * 1'000'000;
}

// sleep_while_idle: no M runs. Nothing is left to watch until one takes a P, which wakes this thread; before that, look
// for a deadlock, and after a while return the memory of idle stacks.
void Sysmon::sleep_while_idle(int64_t now) {
  const IdleVerdict verdict = check_deadlock();
  const StackStats stacks = stack_stats();
  int64_t timeout = -1;
  if (stacks.hot != 0) timeout = std::max<int64_t>(last_trim_ns + kTrimIntervalNs - now, kMinSleepNs);
  if (verdict == IdleVerdict::kOtherThreads) {
    // A thread that the runtime does not know may wake a goroutine, or end, which nobody tells.
    if (timeout < 0 || idle_recheck_ns < timeout) timeout = idle_recheck_ns;
    idle_recheck_ns = std::min(idle_recheck_ns * 2, kIdleRecheckMaxNs);
  }
  // No M could be got to sleep in epoll_wait (threads refused): this thread looks then.
  if (netpoll_wanted() && (timeout < 0 || timeout > kNetworkNs)) timeout = kNetworkNs;
  if (options().schedtrace != 0) {
    const int64_t until_trace = std::max(next_trace_ns - now, kMinSleepNs);
    timeout = timeout < 0 ? until_trace : std::min(timeout, until_trace);
  }
  g_sched.sysmon_wake.store(0, std::memory_order_relaxed);
  g_sched.lock.lock();
  const bool idle = all_idle();
  if (idle) g_sched.sysmon_asleep.store(true, std::memory_order_relaxed);
  g_sched.lock.unlock();
  if (!idle) return;
  futex_wait(&g_sched.sysmon_wake, 0, timeout);
  g_sched.sysmon_asleep.store(false, std::memory_order_relaxed);
  if (g_sched.sysmon_wake.load(std::memory_order_relaxed) != 0) idle_recheck_ns = kIdleRecheckMinNs;
}

void Sysmon::run() {
  for (;;) {
    const int64_t now = now_ns();
    g_sched.coarse_now.store(now, std::memory_order_relaxed);
    trim(now);
    trace(now);
    follow_default_max_procs(now);
    if (pass(now)) {
      sleep_ns = kMinSleepNs;
      quiet_passes = 0;
    } else if (++quiet_passes > kPassesBeforeBackoff) {
      sleep_ns = std::min(sleep_ns * 2, kMaxSleepNs);
    }
    const bool idle = all_idle();
    if (idle && idle_before) {
      sleep_while_idle(now);
      quiet_passes = 0;
      sleep_ns = kMinSleepNs;
    } else {
      int64_t sleep = sleep_ns;
      const int64_t next_timer = earliest_timer();
      if (!idle && next_timer != kNever) sleep = std::clamp(next_timer + kTimerSlackNs - now, kMinSleepNs, sleep);
      if (idle) sleep = kIdleRecheckMinNs;
      timespec pause{0, sleep};
      nanosleep(&pause, nullptr);
    }
    idle_before = idle;
  }
}

void sysmon_main(void*) {
  // Timer callbacks run here in nobody's name: without an M of its own this thread would be attached as one of the
  // program's.
  set_current_m(new_machine(MKind::kSysmon));
  auto run = Sysmon();
  run.run();
}

}  // namespace

void ensure_sysmon() {
  if (g_sched.started.load(std::memory_order_relaxed) || g_sched.started.exchange(true, std::memory_order_acq_rel))
    return;
  start_dump_thread();
  // Without it nothing breaks but the watching; wake_processor reports refused threads.
  start_thread(sysmon_main, nullptr, kSysmonStackBytes);
}

void wake_sysmon() {
  if (!g_sched.sysmon_asleep.exchange(false, std::memory_order_relaxed)) return;
  g_sched.sysmon_wake.store(1, std::memory_order_relaxed);
  futex_wake(&g_sched.sysmon_wake, 1);
}

}  // namespace gorace::runtime
