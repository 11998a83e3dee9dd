// G: a goroutine's control block. It lives on the top page of the goroutine's own stack (for an attached OS thread: in
// memory of the internal allocator) and is never unmapped while somebody may look at it: blocks are recycled, `id` says
// whose life it is.
//
// Life: kDead -> kRunnable (go) -> kRunning <-> kWaiting/kRunnable -> kDead. Transitions are made by the scheduler
// only; a field says who may touch it.
#ifndef GORACE_RUNTIME_SCHED_GOROUTINE_H_
#define GORACE_RUNTIME_SCHED_GOROUTINE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/sched/wait_reason.h"

namespace gorace::runtime {

struct G;
struct LabelSet;
struct M;  // an OS thread that runs goroutines

enum class GStatus : uint32_t { kDead, kRunnable, kRunning, kWaiting };

enum class GKind : uint8_t {
  kGoroutine,
  kMain,    // goroutine 1: the main thread, locked to it
  kThread,  // an OS thread not made by gorace that used the runtime; locked to itself
};

inline constexpr int kMaxCreationFrames = 8;
inline constexpr size_t kMaxGoroutineName = 32;

// ExceptionState: what __cxa_get_globals() holds for a thread; it belongs to the goroutine, since a switch may happen
// inside a catch block. The layout is the Itanium C++ ABI's.
struct ExceptionState {
  void* caught = nullptr;
  unsigned int uncaught = 0;

  bool empty() const { return caught == nullptr && uncaught == 0; }
};

// SwitchPart: what every switch touches; with the status behind it, the G's first cache line. Touched by the M that
// runs the goroutine, or by whoever dequeued it.
struct SwitchPart {
  void* sp = nullptr;    // suspended context (arch/context.h) while it does not run
  M* machine = nullptr;  // that runs it now or ran it last
  M* home = nullptr;     // that it must (lock_os_thread) or, for main, preferably runs on; else null
  ExceptionState exceptions;
  int saved_errno = 0;
  int lock_count = 0;  // lock_os_thread() calls outstanding
};

// RarePart: the scheduler's fields that few events touch.
struct RarePart {
  std::atomic<uint32_t> thread_wake{0};  // attached threads: the futex they sleep on in park()
  std::atomic<bool> asleep{false};       // attached threads: in the kernel, in park()
  bool ended = false;                    // main after goexit()
  // Where the goroutine's slot is (stack/stack_pool.h); constant over its lives. Null arena: not a pooled stack (main,
  // attached threads).
  uint32_t slot = 0;
  void* arena = nullptr;
  // Sanitizer builds only: the fiber of TSan, the fake stack of ASan.
  void* tsan_fiber = nullptr;
  void* asan_fake_stack = nullptr;
};

// OnZeroPage chooses the constructor for a page that for_each_stack() may be reading: a dead G already, as all its
// bytes are zero. What others read of a dead G is its status alone, so that is what must be written atomically.
struct OnZeroPage {};

// Fields are ordered by cache line, hottest first: a batch of new goroutines misses the caches on every line it
// touches.
struct alignas(64) G {
  G() : status(GStatus::kDead) {}
  explicit G(OnZeroPage) { status.store(GStatus::kDead, std::memory_order_relaxed); }

  // --- Line 1: each switch. Changed with the scheduler's state; readable by dumps while the world is stopped.
  SwitchPart sched;
  union {  // its constructor is no atomic write: left to G's own
    std::atomic<GStatus> status;
  };
  std::atomic<WaitReason> wait_reason{WaitReason::kNone};
  GKind kind = GKind::kGoroutine;  // constant
  uint8_t creation_pc_count = 0;   // constant for its life
  bool default_stack = false;      // constant: its slot is of the size that the processors' caches keep
  int64_t runnable_since_ns = 0;   // coarse clock when it was last readied; read by who runs it next (latency.h)

  // --- Line 2: each park, birth and end.
  std::atomic<const void*> wait_object{nullptr};
  std::atomic<int64_t> wait_since_ns{0};  // CLOCK_MONOTONIC, coarse
  // Set before the goroutine can run, then constant for its life.
  uint64_t id = 0;
  uint64_t creator_id = 0;         // 0: none (main, threads)
  uintptr_t stack_low = 0;         // lowest usable address
  uintptr_t stack_high = 0;        // one past the highest
  void (*entry)(void*) = nullptr;  // the closure lies at the top of the stack
  // Owned by the observers of runtime/hooks.h.
  void* detector = nullptr;

  // --- Lines 3 and 4.
  uintptr_t creation_pcs[kMaxCreationFrames] =
      {};  // return addresses, innermost first, inside the call of go(); constant for its life
  void* closure = nullptr;
  std::atomic<const LabelSet*> labels{nullptr};  // labels.h; changed by the goroutine itself, and at its birth and end
  // The waiter that woke this goroutine (chan/waiter.h), or a value of the waker's choice. Written by the waker before
  // ready().
  void* wake_token = nullptr;
  // Owned by the channel and select code while this goroutine waits in a select: the first waker wins by claiming it.
  std::atomic<uint32_t> select_claimed{0};
  char name[kMaxGoroutineName] = {};

  RarePart rare;
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_GOROUTINE_H_
