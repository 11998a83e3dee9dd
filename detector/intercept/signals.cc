// Signals: a handler that interrupts its thread inside the detector must wait, since the detector's locks are not
// reentrant. So the program's handlers are called through a trampoline, which puts a signal off until its thread leaves
// the detector (microseconds). A signal that the interrupted instruction itself raised (SIGSEGV and the like) cannot
// wait.
//
// What a handler does happens after the sigaction that installed it. The sending of a signal orders nothing for it:
// by the C++ standard a handler that interrupts a thread is ordered after nothing else. Waiting for a signal is
// (signal_waits.cc).
#include <signal.h>
#include <ucontext.h>

#include <atomic>
#include <cerrno>

#include "detector/context/context.h"
#include "detector/context/losses.h"
#include "detector/context/thread_state.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/signal_clocks.h"
#include "detector/intercept/sync_events.h"
#include "detector/report/signal_safety.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(sigaction)> real_sigaction("sigaction");

struct Handler {
  std::atomic<void (*)(int, siginfo_t*, void*)> function{nullptr};  // with or without SA_SIGINFO: see flags
  std::atomic<int> flags{0};
  std::atomic<SignalNumbers> blocked{0};  // while it runs
};
constinit Handler g_handlers[kSignals] = {};

// Signals put off by a thread. Further ones of a number merge, as the kernel's pending signals do, but real-time ones,
// which queue. It is inside the detector for microseconds. When there is no room the handler runs at once.
struct Deferred {
  static constexpr int kMost = 8;
  volatile int number[kMost];  // 0: free
  siginfo_t info[kMost];
};
constinit __attribute__((tls_model("initial-exec"))) thread_local Deferred t_deferred{};

bool raised_by_instruction(int number, const siginfo_t* info) {
  const bool synchronous = number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL ||
                           number == SIGTRAP || number == SIGSYS;
  return synchronous && info->si_code > 0;
}

void call_handler(int number, siginfo_t* info, void* interrupted) {
  const Handler& handler = g_handlers[number];
  // acquire: pairs with the release in install().
  auto* function = handler.function.load(std::memory_order_acquire);
  if (function == nullptr) return;
  on_acquire(&handler);
  note_handled(number);
  const int saved_errno = errno;
  const bool asynchronous = !raised_by_instruction(number, info);
  const HandlerScope scope(asynchronous ? reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) : 0);
  if ((handler.flags.load(std::memory_order_relaxed) & SA_SIGINFO) != 0) {
    function(number, info, interrupted);
  } else {
    reinterpret_cast<void (*)(int)>(reinterpret_cast<void*>(function))(number);
  }
  // Handlers of SIGTERM often end the process, or send it again.
  if (asynchronous && number != SIGTERM && errno != saved_errno) {
    report_errno_changed(reinterpret_cast<uintptr_t>(function));
  }
}

// call_handler_inside runs it while its thread is inside the detector and may hold any of its locks: nothing that it
// does is watched, and that is counted, as one access.
void call_handler_inside(int number, siginfo_t* info, void* interrupted) {
  count_loss(Loss::kNestedAccess);
  const IgnoreScope unwatched;
  call_handler(number, info, interrupted);
}

// defer puts the signal off, or tells that it cannot.
bool defer(int number, const siginfo_t* info) {
  const bool queues = number >= SIGRTMIN;
  Deferred& deferred = t_deferred;
  for (int i = 0; i < Deferred::kMost; ++i) {
    if (deferred.number[i] == number && !queues) return true;
    if (deferred.number[i] != 0) continue;
    deferred.info[i] = *info;
    deferred.number[i] = number;
    note_deferred_signal();
    return true;
  }
  return false;
}

SignalNumbers blocked_while_running(int number, const struct sigaction& action) {
  SignalNumbers blocked = 0;
  for (int each = 1; each < kSignals; ++each) {
    const bool is_blocked = sigismember(&action.sa_mask, each) == 1;
    if (is_blocked || (each == number && (action.sa_flags & SA_NODEFER) == 0)) blocked |= signal_bit(each);
  }
  return blocked;
}

// block_for does what the kernel does before it calls a handler, and returns the mask that was.
sigset_t block_for(const Handler& handler) {
  const SignalNumbers blocked = handler.blocked.load(std::memory_order_relaxed);
  sigset_t more;
  sigemptyset(&more);
  for (int each = 1; each < kSignals; ++each) {
    if ((blocked & signal_bit(each)) != 0) sigaddset(&more, each);
  }
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &more, &before);
  return before;
}

// Handlers that look at the interrupted registers see those of this place. As the kernel has it, the mask in there
// holds when they return. Apart, since getcontext returns twice.
[[gnu::noinline]] void call_handler_here(int number, siginfo_t* info, const sigset_t& mask) {
  ucontext_t here;
  getcontext(&here);
  here.uc_sigmask = mask;
  call_handler(number, info, &here);
  pthread_sigmask(SIG_SETMASK, &here.uc_sigmask, nullptr);
}

// run_deferred: the thread has left the detector. Handlers need not be reentrant: what is blocked while they run must
// be so here, too.
void run_deferred() {
  const int saved_errno = errno;
  Deferred& deferred = t_deferred;
  for (int i = 0; i < Deferred::kMost; ++i) {
    const int number = deferred.number[i];
    if (number == 0) continue;
    const sigset_t mask = block_for(g_handlers[number]);
    siginfo_t info = deferred.info[i];
    deferred.number[i] = 0;
    call_handler_here(number, &info, mask);
  }
  errno = saved_errno;
}

void trampoline(int number, siginfo_t* info, void* interrupted) {
  const int saved_errno = errno;
  if (!in_detector()) {
    call_handler(number, info, interrupted);
  } else if (raised_by_instruction(number, info) || !defer(number, info)) {
    call_handler_inside(number, info, interrupted);
  }
  errno = saved_errno;
}

using PlainHandler = void (*)(int);
using InfoHandler = void (*)(int, siginfo_t*, void*);

bool is_function(PlainHandler handler) { return handler != SIG_DFL && handler != SIG_IGN && handler != SIG_ERR; }

// remember stores the program's handler and returns the one that it replaces.
struct Remembered {
  InfoHandler function;
  int flags;
};
Remembered remember(int number, const struct sigaction& action) {
  Handler& handler = g_handlers[number];
  const Remembered former{handler.function.load(std::memory_order_relaxed),
                          handler.flags.load(std::memory_order_relaxed)};
  on_release_merge(&handler);
  handler.flags.store(action.sa_flags, std::memory_order_relaxed);
  handler.blocked.store(blocked_while_running(number, action), std::memory_order_relaxed);
  // release: pairs with the acquire in call_handler.
  handler.function.store(action.sa_sigaction, std::memory_order_release);
  return former;
}

// A handler of the kernel's that is the trampoline stands for the one that was remembered.
void show_as_installed(struct sigaction* shown, const Remembered& former) {
  if (shown->sa_sigaction != trampoline) return;
  shown->sa_sigaction = former.function;
  if ((former.flags & SA_SIGINFO) == 0) shown->sa_flags &= ~SA_SIGINFO;
}

int install(int number, const struct sigaction* action, struct sigaction* old) {
  if (number <= 0 || number >= kSignals) return real_sigaction(number, action, old);
  Handler& handler = g_handlers[number];
  Remembered former{handler.function.load(std::memory_order_relaxed), handler.flags.load(std::memory_order_relaxed)};
  struct sigaction replaced;
  if (action != nullptr) replaced = *action;
  if (action != nullptr && is_function(action->sa_handler)) {
    former = remember(number, *action);
    replaced.sa_sigaction = trampoline;
    replaced.sa_flags |= SA_SIGINFO;
    set_deferred_signal_runner(run_deferred);
  }
  const int result = real_sigaction(number, action == nullptr ? nullptr : &replaced, old);
  if (result == 0 && old != nullptr) show_as_installed(old, former);
  return result;
}

// BSD semantics, as glibc's signal(): the handler stays, system calls are restarted.
PlainHandler install_plain(int number, PlainHandler function) {
  struct sigaction action = {};
  struct sigaction old = {};
  action.sa_handler = function;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, number);
  return install(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

}  // namespace
}  // namespace gorace::detector

extern "C" {

int sigaction(int number, const struct sigaction* action, struct sigaction* old) noexcept {
  return gorace::detector::install(number, action, old);
}

sighandler_t signal(int number, sighandler_t handler) noexcept {
  return gorace::detector::install_plain(number, handler);
}

}  // extern "C"
