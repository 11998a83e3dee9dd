// M: an OS thread that runs goroutines. Four kinds: workers, made by the runtime on demand; main; attached
// threads, which run only themselves and never hold a P; and sysmon, which runs timer callbacks and no goroutine. An
// M's memory is never unmapped; ended attached threads' records are reused.
#ifndef GORACE_RUNTIME_SCHED_MACHINE_H_
#define GORACE_RUNTIME_SCHED_MACHINE_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>

#include "runtime/sched/goroutine.h"
#include "runtime/sched/sanitizer.h"

namespace gorace::runtime {

struct P;

enum class MKind : uint8_t { kWorker, kMain, kAttached, kSysmon };

struct alignas(64) M {
  // Touched by the M itself, on every scheduling point.
  P* p = nullptr;                      // null: idle, attached, or in blocking()
  G* current = nullptr;                // null in the scheduler
  G* incoming = nullptr;               // the goroutine that a switch in progress resumes
  G* outgoing = nullptr;               // the goroutine that it left; for after_switch
  void (*after_switch)(M*) = nullptr;  // to be run once outgoing's context is saved; null: nothing
  void (*unlock)(void*) = nullptr;     // park's, for after_switch
  void* unlock_argument = nullptr;
  void* scheduler_sp = nullptr;          // suspended scheduler loop (g0)
  int* errno_location = nullptr;         // of this thread: an address that must not be taken anew after a switch
  ExceptionState* exceptions = nullptr;  // likewise
  // Set while the M may be changing which goroutine runs; stop_the_world() waits until it is not. Plain stores: the
  // reader's membarrier makes them visible (world.cc).
  std::atomic<bool> in_scheduler{false};
  bool spinning = false;  // looks for work, counted in Scheduler::spinning

  // Main only: its goroutine is ready and waits for this thread. Set by ready(), taken by this M, or by sysmon when
  // this M is stuck.
  std::atomic<G*> ready_home{nullptr};
  // Main only: sysmon gave up on the goroutine that runs on this thread; it keeps main's thread for main until
  // reserved_until_ns.
  std::atomic<bool> stuck{false};
  std::atomic<int64_t> reserved_until_ns{0};
  bool reserved = false;  // locked_g is main because of that

  // Waking.
  alignas(64) std::atomic<uint32_t> wake{0};  // futex: 1 = a wake-up is pending
  P* handed_p = nullptr;                      // under Scheduler::lock, read after the wake-up
  bool idle = false;                          // under Scheduler::lock: in idle_ms, or waiting for its locked goroutine
  M* idle_next = nullptr;                     // under Scheduler::lock
  M* idle_previous = nullptr;
  G* locked_g = nullptr;  // lock_os_thread(): this M runs only this goroutine

  // Constant, or changed at start and end of the thread.
  MKind kind = MKind::kWorker;
  std::atomic<pid_t> tid{0};  // 0: the thread has ended
  M* all_next = nullptr;      // list of all M, append only
  G* thread_g = nullptr;      // main, attached threads: their own goroutine
  uintptr_t scheduler_stack_low = 0;
  uintptr_t scheduler_stack_high = 0;
  void* tsan_fiber = nullptr;
  void* asan_fake_stack = nullptr;
  P* stole_from = nullptr;  // the last theft, until it is judged (schedule.cc)
  uint32_t stole_count = 0;
  int64_t stole_at_ns = 0;
  uint32_t random = 0;  // state of the victim choice

  SanitizerStack sanitizer_stack() {
    return {&tsan_fiber, &asan_fake_stack, scheduler_stack_low, scheduler_stack_high};
  }
};

inline SanitizerStack sanitizer_stack(G* g) {
  return {&g->rare.tsan_fiber, &g->rare.asan_fake_stack, g->stack_low, g->stack_high};
}

// current_m returns this thread's M, or null. Async-signal-safe.
//
// A goroutine may come back from a switch on another thread, so the compiler must neither keep the thread_local's
// address nor take two reads for one. A volatile assembly statement promises both and costs two loads; elsewhere a
// function that is never inlined does.
#if defined(__x86_64__)
[[gnu::always_inline]] inline M* current_m() {
  M* m;
  asm volatile("movq gorace_machine_of_thread@gottpoff(%%rip), %0\n\tmovq %%fs:(%0), %0" : "=r"(m));
  return m;
}
#else
M* current_m();
#endif

// current_m_attached attaches the thread first when needed (attach.cc).
M* attach_thread();
[[gnu::always_inline]] inline M* current_m_attached() {
  M* m = current_m();
  return __builtin_expect(m != nullptr, 1) ? m : attach_thread();
}

// set_current_m is called once by a thread that becomes an M, and with null at its end.
void set_current_m(M* m);

// new_machine makes the record of the calling or a coming thread and lists it. bind_machine fills in what belongs to
// the calling OS thread.
M* new_machine(MKind kind);
void bind_machine(M* m);
M* first_machine();

// install_signal_stack gives the calling thread an alternate signal stack, for the report of a stack overflow.
void install_signal_stack();

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_MACHINE_H_
