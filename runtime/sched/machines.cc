// Machines: how OS threads start, sleep, are woken, and pass processors to each other.
#include <cxxabi.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runtime/base/check.h"
#include "runtime/base/futex.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/raw_writer.h"
#include "runtime/base/real.h"
#include "runtime/dump/dump.h"
#include "runtime/netpoll/netpoll.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/switch.h"

// The thread's M, named for the assembly of current_m (machine.h). initial-exec: one load through the segment register,
// also in a shared object.
extern "C" {
[[gnu::tls_model("initial-exec")]] constinit thread_local gorace::runtime::M* gorace_machine_of_thread = nullptr;
}

namespace gorace::runtime {
namespace {

// Room for timer callbacks and observers; goroutines have stacks of their own.
constexpr size_t kWorkerStackBytes = size_t{256} << 10;
constexpr size_t kSignalStackBytes = size_t{64} << 10;

std::atomic<M*> g_machines{nullptr};

// The worker's mask is the program's at the start of the scheduler, so that a goroutine that raises a signal gets it,
// but for what the runtime itself needs: faults, and the signal that captures stacks.
void take_program_signal_mask() {
  sigset_t mask = g_sched.signal_mask;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGURG, SIGPROF})
    sigdelset(&mask, signal);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

void worker_main(void* argument) {
  M* m = static_cast<M*>(argument);
  bind_machine(m);
  set_current_m(m);
  install_signal_stack();
  take_program_signal_mask();
  hold_p(m, m->handed_p);
  m->handed_p = nullptr;
  scheduler_loop(m);
}

void say_thread_refused(int error) {
  if (g_sched.refused_thread.exchange(true, std::memory_order_relaxed)) return;
  RawWriter out(2);
  out << "gorace: the system refused a new thread (" << strerror(error) << ") with "
      << g_sched.machine_count.load(std::memory_order_relaxed)
      << " in use; goroutines go on with those. See ulimit -u, sysctl kernel.threads-max and the cgroup's pids.max\n";
}

[[noreturn]] void die_of_threads(int limit) {
  {
    RawWriter out(2);
    out << "runtime: program exceeds " << limit << "-thread limit\n";
  }
  fatal_error("thread exhaustion");
}

// start_worker starts a thread that holds p from its birth. False: refused, p is still the caller's. Past the limit
// of set_max_threads the program ends, as in Go: it is a program that blocks ever more threads, and would take the
// machine's.
bool start_worker(P* p, bool spinning) {
  const int limit = g_sched.max_machines.load(std::memory_order_relaxed);
  if (g_sched.machine_count.fetch_add(1, std::memory_order_relaxed) >= limit) die_of_threads(limit);
  M* m = new_machine(MKind::kWorker);
  m->handed_p = p;
  m->spinning = spinning;
  m->in_scheduler.store(true, std::memory_order_relaxed);
  p->machine.store(m, std::memory_order_release);
  const int error = start_thread(worker_main, m, kWorkerStackBytes);
  if (error == 0) return true;
  m->in_scheduler.store(false, std::memory_order_relaxed);
  g_sched.machine_count.fetch_sub(1, std::memory_order_relaxed);
  say_thread_refused(error);
  return false;
}

M* take_idle_m_locked() {
  M* m = g_sched.idle_ms;
  if (m == nullptr) return nullptr;
  // The one that sleeps in epoll_wait for all is better left there.
  if (m->idle_next != nullptr && g_netpoll.poller.load(std::memory_order_relaxed) == m) m = m->idle_next;
  unlink_idle_locked(m);
  return m;
}

void hand_locked(M* m, P* p) {
  m->handed_p = p;
  p->machine.store(m, std::memory_order_release);
}

// wait_for_wake sleeps until somebody hands m a P. False: the time was up first, or goroutines can go on with their
// sockets.
bool wait_for_wake(M* m, int64_t until_ns, bool may_poll, ReadyGoroutines* network) {
  while (m->wake.exchange(0, std::memory_order_acquire) == 0) {
    int64_t timeout = -1;
    if (until_ns != kNever) {
      timeout = until_ns - now_ns();
      if (timeout <= 0) return false;
    }
    if (may_poll && become_poller(m)) {
      // seq_cst: pairs with wake_machine. It sees this M in epoll_wait, or this M the wake-up.
      if (m->wake.load(std::memory_order_seq_cst) == 0) netpoll(timeout, network);
      stop_polling();
      if (network->count != 0) return false;
    } else {
      futex_wait(&m->wake, 0, timeout);
    }
  }
  return true;
}

}  // namespace

#if !defined(__x86_64__)
[[gnu::noinline]] M* current_m() {
  asm volatile("");  // not a pure function: two calls may be on two threads
  return gorace_machine_of_thread;
}
#endif

[[gnu::noinline]] void set_current_m(M* m) {
  asm volatile("");
  gorace_machine_of_thread = m;
}

M* new_machine(MKind kind) {
  M* m = internal_new<M>();
  m->kind = kind;
  m->random = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(m) >> 6) * 2654435761u | 1u;
  M* head = g_machines.load(std::memory_order_relaxed);
  do {
    m->all_next = head;
  } while (!g_machines.compare_exchange_weak(head, m, std::memory_order_release, std::memory_order_relaxed));
  return m;
}

M* first_machine() { return g_machines.load(std::memory_order_acquire); }

void forget_machines_but(M* self) {
  for (M* m = first_machine(); m != nullptr; m = m->all_next) {
    if (m == self) continue;
    m->p = nullptr;
    m->idle = false;
    m->stuck.store(false, std::memory_order_relaxed);
    m->tid.store(0, std::memory_order_relaxed);
  }
  if (self != nullptr) self->all_next = nullptr;
  g_machines.store(self, std::memory_order_release);
}

void bind_machine(M* m) {
  m->errno_location = &errno;
  m->exceptions = reinterpret_cast<ExceptionState*>(abi::__cxa_get_globals());
  m->tid.store(static_cast<pid_t>(syscall(SYS_gettid)), std::memory_order_release);
  if (m->kind == MKind::kWorker) {
    pthread_attr_t attributes;
    void* low = nullptr;
    size_t bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &low, &bytes);
      pthread_attr_destroy(&attributes);
    }
    m->scheduler_stack_low = reinterpret_cast<uintptr_t>(low);
    m->scheduler_stack_high = m->scheduler_stack_low + bytes;
    sanitizer_adopt_thread(&m->tsan_fiber);
  }
}

void install_signal_stack() {
  void* memory =
      mmap(nullptr, kSignalStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return;  // an overflow then kills the process without its trace
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = kSignalStackBytes;
  sigaltstack(&stack, nullptr);
}

void wake_machine(M* m) {
  m->wake.store(1, std::memory_order_seq_cst);
  if (g_netpoll.poller.load(std::memory_order_seq_cst) == m) {
    netpoll_wake();
  } else {
    futex_wake(&m->wake, 1);
  }
}

void unlink_idle_locked(M* m) {
  m->idle = false;
  if (g_sched.timer_keeper == m) {
    g_sched.timer_keeper = nullptr;
    g_sched.timer_keeper_until = kNever;
  }
  if (g_sched.idle_ms == m) g_sched.idle_ms = m->idle_next;
  if (m->idle_previous != nullptr) m->idle_previous->idle_next = m->idle_next;
  if (m->idle_next != nullptr) m->idle_next->idle_previous = m->idle_previous;
  m->idle_next = m->idle_previous = nullptr;
}

void link_idle_locked(M* m) {
  m->idle = true;
  m->idle_previous = nullptr;
  m->idle_next = g_sched.idle_ms;
  if (g_sched.idle_ms != nullptr) g_sched.idle_ms->idle_previous = m;
  g_sched.idle_ms = m;
}

bool start_machine_with_idle_p() {
  g_sched.lock.lock();
  P* p = take_idle_p_locked();
  if (p == nullptr) {
    // Under the lock: who readies a goroutine, sees this thread counted and so wakes nobody, did so before the holder
    // of the last P can give it up; the holder sees the goroutine then. (tests/model:
    // WakerWithoutAProcessorHidesNobody)
    g_sched.spinning.fetch_sub(1, std::memory_order_seq_cst);
    g_sched.lock.unlock();
    return false;
  }
  if (M* m = take_idle_m_locked(); m != nullptr) {
    m->spinning = true;
    hand_locked(m, p);
    g_sched.lock.unlock();
    wake_machine(m);
    return true;
  }
  g_sched.lock.unlock();
  if (start_worker(p, /*spinning=*/true)) return true;
  g_sched.lock.lock();
  put_idle_p_locked(p);
  g_sched.spinning.fetch_sub(1, std::memory_order_seq_cst);
  g_sched.lock.unlock();
  return false;
}

int set_max_threads(int n) {
  const int former = g_sched.max_machines.exchange(n, std::memory_order_relaxed);
  if (g_sched.machine_count.load(std::memory_order_relaxed) > n) die_of_threads(n);
  return former;
}

void wake_processor() {
  if (g_sched.idle_p_count.load(std::memory_order_relaxed) == 0) return;
  int none = 0;
  // One M that looks for work at a time is enough: when it finds some it wakes the next (found_work in schedule.cc).
  if (g_sched.spinning.load(std::memory_order_relaxed) != 0) return;
  if (!g_sched.spinning.compare_exchange_strong(none, 1, std::memory_order_seq_cst)) return;
  start_machine_with_idle_p();
}

void stop_machine(M* m, int64_t until_ns) {
  end_scheduling(m);
  ReadyGoroutines network;
  bool may_poll = m->locked_g == nullptr;
  while (!wait_for_wake(m, until_ns, may_poll, &network)) {
    g_sched.lock.lock();
    P* p = nullptr;
    if (m->idle && (p = take_idle_p_locked()) != nullptr) {
      unlink_idle_locked(m);
      hand_locked(m, p);
    } else if (g_sched.timer_keeper == m) {  // no P is idle: those that run, or sysmon, see to the timers
      g_sched.timer_keeper = nullptr;
      g_sched.timer_keeper_until = kNever;
    }
    g_sched.lock.unlock();
    if (p != nullptr) break;
    until_ns = kNever;
    if (network.count != 0) {
      ready_goroutines(&network);
      may_poll = false;  // while no P is idle those that run look at the network; the first that has nothing to run
                         // sleeps there
    }
  }
  begin_scheduling(m);
  hold_p(m, m->handed_p);
  m->handed_p = nullptr;
  ready_goroutines(&network);
}

void keep_timers() {
  const int64_t earliest = earliest_timer();
  if (earliest == kNever && !netpoll_wanted()) return;
  g_sched.lock.lock();
  const bool unwatched = earliest < g_sched.timer_keeper_until;
  g_sched.lock.unlock();
  std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the one in resume_if_work (schedule.cc)
  if (unwatched || netpoll_wanted()) wake_processor();
}

void hand_off_p(M* m) {
  P* p = m->p;
  m->p = nullptr;
  const bool has_work = !p->queue.empty() || g_sched.global_size.load(std::memory_order_relaxed) != 0;
  g_sched.lock.lock();
  if (p->detached.load(std::memory_order_relaxed)) {
    drain_to_global_locked(p);
    put_free_p_locked(p);
  } else if (!has_work) {
    put_idle_p_locked(p);
  } else if (M* other = take_idle_m_locked(); other != nullptr) {
    hand_locked(other, p);
    g_sched.lock.unlock();
    wake_machine(other);
    return;
  } else {
    g_sched.lock.unlock();
    if (start_worker(p, /*spinning=*/false)) return;
    g_sched.lock.lock();
    drain_to_global_locked(p);
    put_idle_p_locked(p);
  }
  g_sched.lock.unlock();
  std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the one in resume_if_work (schedule.cc)
  if (any_work_to_steal()) wake_processor();
  keep_timers();
}

void hand_home_locked(M* home, G* g, P* p) {
  if (home->locked_g == nullptr) {
    unlink_idle_locked(home);
  } else {
    home->idle = false;  // waits for its goroutine alone, outside the list
  }
  home->ready_home.store(g, std::memory_order_release);
  hand_locked(home, p);
}

bool run_at_home(M* m, G* g) {
  M* home = g->sched.home;
  g_sched.lock.lock();
  if (home->idle) {
    hand_home_locked(home, g, m->p);
    m->p = nullptr;
    g_sched.lock.unlock();
    wake_machine(home);
    return true;
  }
  // A locked goroutine's M is on its way to sleep and looks at ready_home first. Main's may be busy for long: main then
  // runs here.
  const bool must = g->sched.lock_count != 0;
  if (must) home->ready_home.store(g, std::memory_order_release);
  g_sched.lock.unlock();
  return must;
}

}  // namespace gorace::runtime
