// Attaching: how main and the program's own OS threads become goroutines, at their first use of the runtime, and stop
// being ones.
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/base/internal_allocator.h"
#include "runtime/hooks.h"
#include "runtime/sched/labels.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/switch.h"
#include "runtime/stack/stack_pool.h"
#include "runtime/stack/thread_stack.h"

namespace gorace::runtime {
namespace {

SpinLock g_attach_lock;
M* g_free_threads = nullptr;  // ended attached threads' records, under g_attach_lock; linked by idle_next
std::atomic<int> g_attached_threads{0};
std::atomic<bool> g_scheduler_made{false};
pthread_key_t g_thread_key;

// set_stack_limits: for frame walks. Where the thread's stack is cannot be known otherwise: it is not ours.
void set_stack_limits(G* g) {
  const ThreadStack stack = thread_stack();
  g->stack_low = stack.low;
  g->stack_high = stack.low + stack.bytes;
}

void detach_main(M* m) {
  // pthread_exit() from main: goroutine 1 is gone, the others go on without this thread.
  G* g = m->thread_g;
  if (m->current != g) return;  // exit() was called by another goroutine on this thread
  observe<&Hooks::goroutine_ended>(g);
  drop_labels(g);
  g->status.store(GStatus::kDead, std::memory_order_release);
  g->rare.ended = true;
  m->current = nullptr;
  if (m->p != nullptr) hand_off_p(m);
  m->tid.store(0, std::memory_order_release);
  g_sched.machine_count.fetch_sub(1, std::memory_order_relaxed);
  set_current_m(nullptr);
}

void detach_attached(M* m) {
  G* g = m->thread_g;
  observe<&Hooks::thread_detached>(g);
  drop_labels(g);
  g->status.store(GStatus::kDead, std::memory_order_release);
  m->tid.store(0, std::memory_order_release);
  m->current = nullptr;
  set_current_m(nullptr);
  g_attached_threads.fetch_sub(1, std::memory_order_relaxed);
  g_attach_lock.lock();
  m->idle_next = g_free_threads;
  g_free_threads = m;
  g_attach_lock.unlock();
}

// A pthread key and no thread_local with a destructor: keys go last, so that the program's thread_local destructors may
// still use channels, and a thread that attaches again in one of them is detached again.
void detach_thread(void* machine) {
  M* m = static_cast<M*>(machine);
  if (m->kind == MKind::kMain) {
    detach_main(m);
  } else {
    detach_attached(m);
  }
}

M* take_thread_record() {
  g_attach_lock.lock();
  M* m = g_free_threads;
  if (m != nullptr) g_free_threads = m->idle_next;
  g_attach_lock.unlock();
  if (m == nullptr) {
    m = new_machine(MKind::kAttached);
    m->thread_g = internal_new<G>();
  }
  m->idle_next = nullptr;
  return m;
}

void attach_goroutine(M* m, G* g, GKind kind, uint64_t id) {
  g->id = id;
  g->kind = kind;
  g->detector = nullptr;
  g->sched.machine = m;
  set_stack_limits(g);
  g->status.store(GStatus::kRunning, std::memory_order_release);
  m->current = g;
  pthread_setspecific(g_thread_key, m);
  set_current_m(m);
}

// make_scheduler_stack gives main's thread a second stack: its own is goroutine 1's.
void make_scheduler_stack(M* m) {
  G* slot = stack_acquire(kDefaultStackBytes);
  m->scheduler_stack_low = slot->stack_low;
  m->scheduler_stack_high = slot->stack_high;
  m->scheduler_sp = prepare_stack(slot->stack_high, main_scheduler_entry);
  sanitizer_create_fiber(&m->tsan_fiber);
}

M* attach_main() {
  M* m = new_machine(MKind::kMain);
  m->thread_g = internal_new<G>();
  bind_machine(m);
  make_scheduler_stack(m);
  install_signal_stack();
  G* g = m->thread_g;
  g->sched.home = m;
  sanitizer_adopt_thread(&g->rare.tsan_fiber);
  g_sched.machine_count.fetch_add(1, std::memory_order_relaxed);
  g_sched.lock.lock();
  g_sched.main_machine = m;
  P* p = take_idle_p_locked();
  g_sched.lock.unlock();
  if (p != nullptr) hold_p(m, p);
  attach_goroutine(m, g, GKind::kMain, 1);
  observe<&Hooks::thread_attached>(g);
  if (p == nullptr) acquire_p();  // goroutines of other threads keep all P busy: wait for one
  return m;
}

M* attach_other() {
  M* m = take_thread_record();
  bind_machine(m);
  g_attached_threads.fetch_add(1, std::memory_order_relaxed);
  attach_goroutine(m, m->thread_g, GKind::kThread, next_id());
  observe<&Hooks::thread_attached>(m->thread_g);
  return m;
}

void make_scheduler_once() {
  if (g_scheduler_made.load(std::memory_order_acquire)) return;
  g_attach_lock.lock();
  if (!g_scheduler_made.load(std::memory_order_relaxed)) {
    pthread_key_create(&g_thread_key, detach_thread);
    start_scheduler();
    prepare_for_forks();
    g_scheduler_made.store(true, std::memory_order_release);
  }
  g_attach_lock.unlock();
}

}  // namespace

void hold_attaching() { g_attach_lock.lock(); }
void drop_attaching() { g_attach_lock.unlock(); }
void forget_attached_threads() {
  const M* self = current_m();
  g_attached_threads.store(self != nullptr && is_attached_thread(self) ? 1 : 0, std::memory_order_relaxed);
}

int attached_thread_count() { return g_attached_threads.load(std::memory_order_relaxed); }

M* attach_thread() {
  make_scheduler_once();
  return syscall(SYS_gettid) == getpid() && g_sched.main_machine == nullptr ? attach_main() : attach_other();
}

[[gnu::noinline]] G* current_g() { return current_m_attached()->current; }

[[gnu::noinline]] G* current_g_or_null() {
  M* m = current_m();
  return m != nullptr ? m->current : nullptr;
}

}  // namespace gorace::runtime
