// The scheduler's interface to the rest of the runtime: who runs, who waits, who is made ready.
// How it works (G, M, P, run queues, stealing, sysmon): README.md of this folder.
#ifndef GORACE_RUNTIME_SCHED_SCHED_H_
#define GORACE_RUNTIME_SCHED_SCHED_H_

#include <cstddef>
#include <cstdint>

#include "runtime/base/spin_lock.h"
#include "runtime/sched/goroutine.h"

namespace gorace::runtime {

// current_g returns the calling goroutine. On an OS thread that the runtime does not know yet it attaches the thread
// (main becomes goroutine 1). Never inlined into callers, so that no thread_local address is kept over a switch. Never
// null.
G* current_g();

// current_g_or_null is the same without attaching: null on a thread that never used the runtime and in the scheduler
// itself. Async-signal-safe.
G* current_g_or_null();

// park blocks the calling goroutine until ready() is called for it. Once the goroutine no longer runs (its registers
// are saved and its stack is free for others to resume) `unlock(argument)` is called, on the scheduler's stack:
// typically it releases the lock under which the goroutine was put into a wait queue. A ready() that comes after that
// is never lost. Works on every thread; an attached OS thread sleeps in the kernel. `object` is what it waits for
// (address of a channel, mutex ...; may be null).
void park(WaitReason reason, const void* object, void (*unlock)(void*), void* argument);

// park with one SpinLock to release, the common case.
void park(WaitReason reason, const void* object, SpinLock* lock);

// park_for_ever never returns (receive from a nil channel, empty select): counted as blocked by the deadlock check.
[[noreturn]] void park_for_ever(WaitReason reason);

// ready makes a parked goroutine runnable. The caller must own the wake-up: exactly one ready() for each park(). May be
// called from any thread, from timer callbacks and inside observers' locks; it takes no user-visible lock. The
// goroutine goes to the caller's runnext slot.
void ready(G* g);

// yield_now lets other runnable goroutines go first (Go's Gosched). On an attached thread: sched_yield.
void yield_now();

// SpawnOptions: see gorace::GoOptions in go.h for the public meaning.
struct SpawnOptions {
  const char* name = nullptr;
  size_t stack_bytes = 0;  // 0: the default
};

// spawn makes a goroutine that calls entry(closure). The closure is `bytes` long with `align` <= 64; relocate(to, from)
// moves it into the top of the new goroutine's stack (a big closure gets a bigger stack) on the caller, and entry must
// destroy it. move(to, from), which does not throw and destroys what it moved from, allows the goroutine to wait
// elsewhere for its first run, and to move the closure to its stack then; null: it has its stack at once. When relocate
// throws, no goroutine is made. Throws gorace::Panic when the stack size is out of range or
// the system has no memory for it.
void spawn(const SpawnOptions& options, size_t bytes, size_t align, void (*relocate)(void* to, void* from),
           void* closure, void (*entry)(void* closure), void (*move)(void* to, void* from) = nullptr);

// Timers: per-P heaps. A timer calls callback(argument) once at or after `when_ns` (CLOCK_MONOTONIC), on a scheduler
// stack: it must not block; usually it readies a goroutine or does a non-blocking send. The Timer's memory is the
// caller's, and must outlive its stop or its callback.
struct RuntimeTimer {
  int64_t when_ns = 0;
  void (*callback)(void*) = nullptr;
  void* argument = nullptr;
  // The timer subsystem's.
  void* heap = nullptr;
  uint32_t heap_index = 0;
};
int64_t now_ns();
void start_timer(RuntimeTimer* timer);
// stop_timer returns true when the callback will not run. When false, the callback has run or is running now;
// wait_timer_callback(timer) returns once it is not running.
bool stop_timer(RuntimeTimer* timer);
void wait_timer_callback(RuntimeTimer* timer);

// sleep_ns parks the caller for at least `duration_ns` (<= 0: yields).
void sleep_ns(int64_t duration_ns);

size_t goroutine_count();  // live goroutines, main included, attached threads not
void count_channels(int64_t change);
size_t channel_count();      // live channels, those inside timers and contexts included
int set_max_procs(int n);    // n < 1 only reads; returns the former value
int set_max_threads(int n);  // returns the former value; ends the program when there are more already

// next_id hands out the ids that goroutines and (under the detector) threads share, from 2 on; 1 is main.
uint64_t next_id();
// oldest_own_id: goroutines with lower ids were made by the process that this one was forked from. 0: in none.
uint64_t oldest_own_id();

// for_each_goroutine calls visit(g, argument) for every live goroutine and attached thread, ordered by id, main first.
// With stop_the_world the scheduler is held (running goroutines go on) so that parked ones stay parked meanwhile.
void for_each_goroutine(void (*visit)(G*, void*), void* argument, bool stop_the_world);

// add_external_wakers(+1) announces that something outside the scheduler (a poller with goroutines in it) may ready
// goroutines: no deadlock is reported until add_external_wakers(-1).
void add_external_wakers(int change);

// capture_stack walks the frame pointers of a goroutine: the caller's own stack, or the saved context of a parked one
// while the world is stopped; for one running on another thread it interrupts that thread. Returns the number of return
// addresses written to pcs, innermost first.
int capture_stack(G* g, uintptr_t* pcs, int max);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_SCHED_H_
