// schedtrace: what the scheduler is doing, every so often, on stderr: GORACE="schedtrace=1000 scheddetail=1". The lines
// are Go's (GODEBUG=schedtrace), so that what reads those reads these.
//
// What Go shows and this scheduler does not have is printed as what it means: needspinning, gcwaiting, stopwait,
// mallocing and the like are 0. Differences: an M is named by its thread's id; a P that sysmon detached, or
// that GOMAXPROCS no longer counts but whose goroutine still runs, has Go's status 2 (its M is not in Go's hands).
//
// By sysmon alone. Values are read while they change, as Go's.
#include "runtime/base/raw_writer.h"
#include "runtime/sched/scheduler.h"

namespace gorace::runtime {
namespace {

int64_t g_first_ns = -1;  // of the first trace: Go counts from there

// Go's numbers of states (runtime2.go).
int go_status(PState state) {
  switch (state) {
    case PState::kIdle:
      return 0;
    case PState::kRunning:
      return 1;
    case PState::kDetached:
      return 2;
    case PState::kFree:
      break;
  }
  return 4;
}

int go_status(GStatus status) {
  switch (status) {
    case GStatus::kRunnable:
      return 1;
    case GStatus::kRunning:
      return 2;
    case GStatus::kWaiting:
      return 4;
    case GStatus::kDead:
      break;
  }
  return 6;
}

template <class Id>
void print_id(RawWriter& out, bool known, Id id) {
  if (known) {
    out << id;
  } else {
    out << "nil";
  }
}

template <class Visit>
void for_each_p_in_use(Visit visit) {
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) {
    P* p = g_sched.all_ps[i].load(std::memory_order_relaxed);
    if (p->state.load(std::memory_order_relaxed) != PState::kFree) visit(p);
  }
}

int thread_count() {
  int count = 0;
  for (M* m = first_machine(); m != nullptr; m = m->all_next) {
    if (m->kind != MKind::kAttached && m->tid.load(std::memory_order_relaxed) != 0) ++count;
  }
  return count;
}

int idle_machines_locked() {
  int count = 0;
  for (const M* m = g_sched.idle_ms; m != nullptr; m = m->idle_next) ++count;
  return count;
}

void print_p(RawWriter& out, P* p) {
  M* m = p->machine.load(std::memory_order_acquire);
  const uint32_t tick = p->tick.load(std::memory_order_relaxed);
  out << "  P" << p->index << ": status=" << go_status(p->state.load(std::memory_order_relaxed))
      << " schedtick=" << tick << " syscalltick=0 m=";
  print_id(out, m != nullptr, m == nullptr ? 0 : m->tid.load(std::memory_order_relaxed));
  out << " runqsize=" << p->queue.ring_size() << " gfreecnt=" << p->free_stack_count.load(std::memory_order_relaxed)
      << " timerslen=" << p->timers.size() << "\n";
}

// print_m and print_g: the world is stopped, so that no M changes what it runs. ThreadSanitizer does not know what
// membarrier orders.
[[gnu::no_sanitize_thread]] void print_m(RawWriter& out, const M* m) {
  const pid_t tid = m->tid.load(std::memory_order_relaxed);
  if (tid == 0) return;
  const P* p = m->p;
  const G* current = m->kind == MKind::kAttached ? m->thread_g : m->current;
  out << "  M" << tid << ": p=";
  print_id(out, p != nullptr, p == nullptr ? 0 : p->index);
  out << " curg=";
  print_id(out, current != nullptr, current == nullptr ? 0 : current->id);
  out << " mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=" << (m->spinning ? "true" : "false")
      << " blocked=" << (m->idle ? "true" : "false") << " lockedg=";
  print_id(out, m->locked_g != nullptr, m->locked_g == nullptr ? 0 : m->locked_g->id);
  out << "\n";
}

void print_tid(RawWriter& out, const M* m) { print_id(out, m != nullptr, m == nullptr ? 0 : m->tid.load()); }

[[gnu::no_sanitize_thread]] void print_g(G* g, void* writer) {
  RawWriter& out = *static_cast<RawWriter*>(writer);
  const GStatus status = g->status.load(std::memory_order_acquire);
  const bool waits = status == GStatus::kWaiting;
  out << "  G" << g->id << ": status=" << go_status(status) << "("
      << (waits ? wait_reason_text(g->wait_reason.load(std::memory_order_relaxed)) : "") << ") m=";
  print_tid(out, status == GStatus::kRunning ? g->sched.machine : nullptr);
  out << " lockedm=";
  print_tid(out, g->sched.lock_count != 0 ? g->sched.home : nullptr);
  out << "\n";
}

void print_summary_locked(RawWriter& out, int64_t now) {
  out << "SCHED " << (now - g_first_ns) / 1'000'000
      << "ms: gomaxprocs=" << g_sched.max_procs.load(std::memory_order_relaxed)
      << " idleprocs=" << g_sched.idle_p_count.load(std::memory_order_relaxed) << " threads=" << thread_count()
      << " spinningthreads=" << g_sched.spinning.load(std::memory_order_relaxed)
      << " needspinning=0 idlethreads=" << idle_machines_locked()
      << " runqueue=" << g_sched.global_size.load(std::memory_order_relaxed);
}

void print_queues(RawWriter& out) {
  out << " [ ";
  for_each_p_in_use([&](const P* p) { out << p->queue.ring_size() << " "; });
  out << "] schedticks=[ ";
  for_each_p_in_use([&](const P* p) { out << p->tick.load(std::memory_order_relaxed) << " "; });
  out << "]\n";
}

}  // namespace

void print_schedtrace(int64_t now, bool detailed) {
  if (g_first_ns < 0) g_first_ns = now;
  RawWriter out(2);
  g_sched.lock.lock();
  print_summary_locked(out, now);
  g_sched.lock.unlock();
  if (!detailed) {
    print_queues(out);
    return;
  }
  out << " gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false\n";
  for_each_p_in_use([&](P* p) { print_p(out, p); });
  stop_world();
  for (const M* m = first_machine(); m != nullptr; m = m->all_next) print_m(out, m);
  for_each_goroutine(print_g, &out, /*stop_the_world=*/false);
  start_world();
}

}  // namespace gorace::runtime
