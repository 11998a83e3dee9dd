// capture_stack: a goroutine's return addresses, wherever it is. A parked one's are read from its saved context. One
// that runs on another thread is interrupted by SIGURG (the signal Go uses: ignored by default, and programs expect it
// at any time): the handler walks the interrupted stack into the request and wakes the asker, who waits a bounded time.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runtime/arch/context.h"
#include "runtime/base/futex.h"
#include "runtime/dump/backtrace.h"
#include "runtime/sched/scheduler.h"
#include "runtime/stack/frame_walk.h"

namespace gorace::runtime {
namespace {

constexpr int kMaxFrames = 256;
constexpr int64_t kPatienceNs = 200'000'000;  // a thread may have the signal blocked, or wait for a core

// The one request at a time. state: 0 none, 1 asked, 2 being answered, 3 answered.
struct Request {
  SpinLock lock;  // the asker's
  std::atomic<uint32_t> state{0};
  std::atomic<pid_t> tid{0};
  G* g = nullptr;
  int count = 0;
  uintptr_t pcs[kMaxFrames] = {};
};
constinit Request g_request;
struct sigaction g_former_action;

void answer(const void* context) {
  G* g = current_g_or_null();
  // By unwind tables where that is safe: the goroutine may be inside libc, which keeps no frame pointers.
  g_request.count = g != nullptr && g == g_request.g ? backtrace_interrupted(context, g_request.pcs, kMaxFrames) : 0;
}

void on_signal(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  uint32_t asked = 1;
  if (g_request.tid.load(std::memory_order_acquire) == static_cast<pid_t>(syscall(SYS_gettid)) &&
      g_request.state.compare_exchange_strong(asked, 2, std::memory_order_acq_rel)) {
    answer(context);
    g_request.state.store(3, std::memory_order_release);
    futex_wake(&g_request.state, 1);
  } else if ((g_former_action.sa_flags & SA_SIGINFO) != 0) {
    g_former_action.sa_sigaction(signal, info, context);
  } else if (g_former_action.sa_handler != SIG_DFL && g_former_action.sa_handler != SIG_IGN) {
    g_former_action.sa_handler(signal);
  }
  errno = saved_errno;
}

// take_signal installs the handler, again if the program replaced it.
void take_signal() {
  struct sigaction now {};
  sigaction(SIGURG, nullptr, &now);
  if ((now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == on_signal) return;
  g_former_action = now;
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  sigaction(SIGURG, &action, nullptr);
}

// wait_for_answer returns true when the handler has finished; false when it will never start (any more).
bool wait_for_answer() {
  const int64_t deadline = now_ns() + kPatienceNs;
  for (;;) {
    const uint32_t state = g_request.state.load(std::memory_order_acquire);
    if (state == 3) return true;
    const int64_t left = deadline - now_ns();
    if (left <= 0) {
      uint32_t asked = 1;
      if (g_request.state.compare_exchange_strong(asked, 0, std::memory_order_acq_rel)) return false;
      // Being answered: the handler is short.
    }
    futex_wait(&g_request.state, state, left > 0 ? left : 1'000'000);
  }
}

int capture_running(G* g, uintptr_t* pcs, int max) {
  M* m = g->sched.machine;
  const pid_t tid = m != nullptr ? m->tid.load(std::memory_order_acquire) : 0;
  if (tid == 0) return 0;
  g_request.lock.lock();
  take_signal();
  g_request.g = g;
  g_request.tid.store(tid, std::memory_order_relaxed);
  g_request.state.store(1, std::memory_order_release);
  int count = 0;
  if (syscall(SYS_tgkill, getpid(), tid, SIGURG) == 0 && wait_for_answer()) {
    count = std::min(g_request.count, max);
    std::copy_n(g_request.pcs, count, pcs);
  }
  g_request.state.store(0, std::memory_order_relaxed);
  g_request.tid.store(0, std::memory_order_relaxed);
  g_request.lock.unlock();
  return count;
}

int capture_suspended(const G* g, uintptr_t* pcs, int max) {
  const void* sp = g->sched.sp;
  if (sp == nullptr && max > 0) {  // it waits for its first run, without a stack
    pcs[0] = reinterpret_cast<uintptr_t>(&gorace_start_stack);
    return 1;
  }
  const auto address = reinterpret_cast<uintptr_t>(sp);
  if (address < g->stack_low || address >= g->stack_high || max == 0) return 0;
  const SavedFrame* frame = saved_frame(sp);
  pcs[0] = frame->return_address;
  return 1 + walk_frames(frame->frame_pointer, address, g->stack_high, 0, pcs + 1, max - 1);
}

}  // namespace

[[gnu::noinline]] int capture_stack(G* g, uintptr_t* pcs, int max) {
  if (g == current_g_or_null()) {
    const auto fp = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
    return walk_frames(fp, fp, g->stack_high, 0, pcs, max);
  }
  const GStatus status = g->status.load(std::memory_order_acquire);
  if (status == GStatus::kDead) return 0;
  // An attached thread that waits sits in the kernel, on its own stack, like a running one.
  if (status == GStatus::kRunning || g->kind == GKind::kThread) return capture_running(g, pcs, max);
  return capture_suspended(g, pcs, max);
}

}  // namespace gorace::runtime
