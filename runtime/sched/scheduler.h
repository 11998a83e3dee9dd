// Scheduler: the state that all M share, and the functions of which the scheduler is made. Internal to runtime/sched
// and runtime/timer; the rest of the runtime uses sched.h. README.md tells how the parts play together.
#ifndef GORACE_RUNTIME_SCHED_SCHEDULER_H_
#define GORACE_RUNTIME_SCHED_SCHEDULER_H_

#include <signal.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "runtime/base/spin_lock.h"
#include "runtime/sched/machine.h"
#include "runtime/sched/processor.h"
#include "runtime/sched/sched.h"

namespace gorace::runtime {

inline constexpr int kMaxProcs = 1024;         // GOMAXPROCS
inline constexpr int kMaxMachines = 10000;     // threads, as Go's default; set_max_threads changes it
inline constexpr uint32_t kMaxDetached = 512;  // goroutines that hog a thread of their own
inline constexpr uint32_t kMaxPs = kMaxProcs + kMaxDetached + 1;
inline constexpr int32_t kGlobalPollInterval = 61;  // at most; as Go's. Also the time slice of a pair (schedule.cc)

struct Scheduler {
  SpinLock lock;

  // Under lock; the atomics are also read without, as hints.
  G** global_ring = nullptr;  // circular, of global_capacity (a power of two) entries
  uint32_t global_capacity = 0;
  uint32_t global_first = 0;
  std::atomic<uint32_t> global_size{0};
  P* idle_ps = nullptr;
  std::atomic<int> idle_p_count{0};
  P* free_ps = nullptr;
  M* idle_ms = nullptr;
  int active_ps = 0;  // idle + running; equals max_procs but for a moment
  std::atomic<uint32_t> detached_ps{0};
  std::atomic<int> max_procs{0};
  std::atomic<int> machine_count{0};  // workers and main
  std::atomic<int> max_machines{kMaxMachines};
  M* timer_keeper = nullptr;  // the idle M that sleeps until timer_keeper_until
  int64_t timer_keeper_until = kNever;
  std::atomic<bool> sysmon_asleep{false};

  // Without lock. What every scheduling point reads is apart from what changes often.
  std::atomic<P*> all_ps[kMaxPs] = {};
  std::atomic<uint32_t> p_count{0};                // grows only
  std::atomic<uint32_t> stop{0};                   // world stopped (futex)
  alignas(64) std::atomic<int64_t> coarse_now{0};  // clock as of its last reading by anyone
  alignas(64) std::atomic<int> spinning{0};        // M that look for work
  std::atomic<uint32_t> blocking{0};               // goroutines inside blocking()
  std::atomic<uint32_t> sysmon_wake{0};
  std::atomic<uint64_t> last_id{1};
  std::atomic<int64_t> live_elsewhere{0};  // goroutines made or ended on threads without a P
  std::atomic<uint64_t> created_elsewhere{0};
  std::atomic<int64_t> channels_elsewhere{0};
  std::atomic<int> external_wakers{0};
  std::atomic<bool> started{false};
  std::atomic<bool> refused_thread{false};  // the system refused a thread; said once
  sigset_t signal_mask{};                   // of the thread that started the scheduler; workers take it over
  M* main_machine = nullptr;
};
extern Scheduler g_sched;

// --- procs.cc: processors. "locked": the caller holds g_sched.lock. ---
void start_scheduler();            // once, at the first attach
P* take_idle_p_locked();           // idle -> running, or null
void put_idle_p_locked(P* p);      // running -> idle; its queue must be empty
P* take_free_p_locked();           // free (or new) -> running; null at the limit
void put_free_p_locked(P* p);      // detached -> free; the queue must be empty
void detach_p_locked(P* p);        // running -> detached
void attach_p_locked(P* p);        // detached -> running
void release_idle_p_locked(P* p);  // just taken from the idle ones -> free
void hold_p(M* m, P* p);           // the calling M (or one about to be woken) is the holder
uint64_t allocate_id(P* p);
bool any_queue_has_work();
bool any_work_to_steal();  // rings only, and not those of a P that is fine_grained: its holder goes on with the rest
int64_t earliest_timer();

int change_max_procs(int n);  // as set_max_procs (sched.h), but the default may change it again

// --- default_procs.cc ---
int initial_max_procs();
void keep_max_procs();  // the program chose: the default does not change GOMAXPROCS any more
// set_default_max_procs sets GOMAXPROCS to its default and lets it follow that again. The cgroup's files are looked for
// below cgroup_root (tests). follow_default_max_procs is for sysmon.
void set_default_max_procs(std::string_view cgroup_root = {});
void follow_default_max_procs(int64_t now);

// --- global_queue.cc ---
void global_push(G* g);  // takes the lock; wakes nobody
void global_push_locked(G* const* batch, uint32_t count);
G* global_take(P* p);         // moves a fair share to p's ring and returns one; null when empty
void push_local(P* p, G* g);  // ring, or half of the ring to the global queue when it is full
void drain_to_global_locked(P* p);

// --- machines.cc: threads that run goroutines. ---
void wake_processor();  // if a P is idle and nobody spins: start or wake an M that looks for work
// start_machine_with_idle_p is the same for a caller that has counted the M in `spinning` already; false: no idle P or
// no thread, and it is not counted any more.
bool start_machine_with_idle_p();
void stop_machine(M* m, int64_t until_ns);  // sleep without a P until handed one
// keep_timers: a P became idle, or was freed, and its M does not stay to watch the timers (give_up_p does) and the
// network. Unless somebody sleeps until the earliest timer, or in epoll_wait, already, an M is woken, finds nothing to
// run, and becomes the one that does.
void keep_timers();
void hand_off_p(M* m);         // give the P away: to another M if there is work for it
bool run_at_home(M* m, G* g);  // g belongs to another M: pass it there with this M's P; false: run it here
void hand_home_locked(M* home, G* g, P* p);  // home is idle: it gets p and g; the caller wakes it
void wake_machine(M* m);
void link_idle_locked(M* m);
void unlink_idle_locked(M* m);

// --- schedule.cc ---
[[noreturn]] void scheduler_loop(M* m);  // of a worker, on the thread's stack
void main_scheduler_entry(void* m);      // of main, on a stack of its own
void goroutine_root(void* m);            // spawn.cc: where a goroutine's stack begins
G* bind_stack(P* p, G* waiting);         // spawn.cc: the goroutine that waited in a start block, with a stack
void add_runnable(M* m, G* g);           // park.cc: ready() and go(), into the caller's P or the global queue

// --- sysmon.cc ---
void ensure_sysmon();
void wake_sysmon();

// --- schedtrace.cc ---
void print_schedtrace(int64_t now, bool detailed);

// --- fork.cc ---
void prepare_for_forks();  // once, after start_scheduler
// Each file's part: hold what it guards while a process forks, drop it after that in both; forget: in the child, what
// other threads were.
void hold_attaching();
void drop_attaching();
void forget_attached_threads();
void hold_default_procs();
void drop_default_procs();
void forget_machines_but(M* self);

// --- world.cc ---
void stop_gate(M* m);  // waits while the world is stopped
void stop_world();
void start_world();

// --- deadlock.cc ---
enum class IdleVerdict { kWorking, kOtherThreads, kNothingWaits };
IdleVerdict check_deadlock();  // by sysmon, when everything is idle; does not return on a deadlock

// --- blocking.cc ---
void acquire_p();  // the calling goroutine runs without a P; returns when it has one

// --- attach.cc; attach_thread: machine.h ---
int attached_thread_count();

// --- timers ---
void arm_timer(RuntimeTimer* timer);  // start_timer without telling observers
void run_due_timers(int64_t now);     // of every P

// mark_runnable: whoever calls it owns g, and passes it on to a queue next.
[[gnu::always_inline]] inline void mark_runnable(G* g) {
  g->runnable_since_ns = g_sched.coarse_now.load(std::memory_order_relaxed);
  g->status.store(GStatus::kRunnable, std::memory_order_release);
}

inline bool is_attached_thread(const M* m) { return m->kind == MKind::kAttached; }

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_SCHEDULER_H_
