// Sending signals and waiting for them: the edges of signal_clocks.h, and what the kernel writes for the waiter.
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>

#include "detector/abi/access_check.h"
#include "detector/context/thread_state.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/signal_clocks.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(kill)> real_kill("kill");
GORACE_REAL_FUNCTION RealFunction<decltype(killpg)> real_killpg("killpg");
GORACE_REAL_FUNCTION RealFunction<decltype(raise)> real_raise("raise");
GORACE_REAL_FUNCTION RealFunction<decltype(sigqueue)> real_sigqueue("sigqueue");
GORACE_REAL_FUNCTION RealFunction<decltype(tgkill)> real_tgkill("tgkill");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_kill)> real_pthread_kill("pthread_kill");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_sigqueue)> real_pthread_sigqueue("pthread_sigqueue");
GORACE_REAL_FUNCTION RealFunction<decltype(alarm)> real_alarm("alarm");
GORACE_REAL_FUNCTION RealFunction<int(int, const itimerval*, itimerval*)> real_setitimer("setitimer");
GORACE_REAL_FUNCTION RealFunction<decltype(sigwaitinfo)> real_sigwaitinfo("sigwaitinfo");
GORACE_REAL_FUNCTION RealFunction<decltype(sigtimedwait)> real_sigtimedwait("sigtimedwait");
GORACE_REAL_FUNCTION RealFunction<decltype(sigsuspend)> real_sigsuspend("sigsuspend");
GORACE_REAL_FUNCTION RealFunction<decltype(pause)> real_pause("pause");

// A signal may be sent from anywhere, a handler that interrupted the detector at work too: that one's order is left
// out, since the detector cannot be entered twice.
bool may_tell() { return !in_detector(); }

// kill's target may be this process, a group that it is in, or everybody.
bool reaches_this_process(pid_t target) {
  if (target == getpid() || target == 0 || target == -1) return true;
  return target < 0 && -target == getpgrp();
}

// The size of what the kernel reads of a set; the rest of glibc's 128 bytes it has no signals for.
constexpr size_t kSetBytes = 8;

void before_wait(const sigset_t* set, CallSite site) { check_range(set, kSetBytes, Direction::kRead, site); }

// `info` is the caller's, or null: `taken` holds what the kernel wrote.
int after_wait(int result, const siginfo_t& taken, siginfo_t* info, CallSite site) {
  if (result <= 0) return result;
  on_signal_taken(result, taken.si_code);
  if (info == nullptr) return result;
  check_range(info, sizeof *info, Direction::kWrite, site);
  *info = taken;
  return result;
}

// after_handler: a call that waits for the end of a handler has returned.
int after_handler(int result, const HandledSignals& handled) {
  const int saved_errno = errno;
  on_signals_seen(handled.numbers());
  errno = saved_errno;
  return result;
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

// --- Sending ---

int kill(pid_t target, int number) noexcept {
  if (may_tell() && reaches_this_process(target)) on_signal_to_process(number);
  return real_kill(target, number);
}

int killpg(pid_t group, int number) noexcept {
  if (may_tell() && (group == 0 || group == getpgrp())) on_signal_to_process(number);
  return real_killpg(group, number);
}

int sigqueue(pid_t target, int number, const union sigval value) noexcept {
  if (may_tell() && target == getpid()) on_signal_to_process(number);
  return real_sigqueue(target, number, value);
}

int raise(int number) noexcept {
  if (may_tell()) on_signal_to_thread(pthread_self(), number);
  return real_raise(number);
}

int pthread_kill(pthread_t thread, int number) noexcept {
  if (may_tell()) on_signal_to_thread(thread, number);
  return real_pthread_kill(thread, number);
}

int pthread_sigqueue(pthread_t thread, int number, const union sigval value) noexcept {
  if (may_tell()) on_signal_to_thread(thread, number);
  return real_pthread_sigqueue(thread, number, value);
}

int tgkill(pid_t process, pid_t thread_id, int number) {
  if (may_tell() && process == getpid()) on_signal_to_thread_id(thread_id, number);
  return real_tgkill(process, thread_id, number);
}

unsigned alarm(unsigned seconds) noexcept {
  if (may_tell()) on_signal_to_process(SIGALRM);
  return real_alarm(seconds);
}

int setitimer(__itimer_which_t which, const itimerval* value, itimerval* old) noexcept {
  if (may_tell()) {
    on_signal_to_process(which == ITIMER_REAL ? SIGALRM : which == ITIMER_VIRTUAL ? SIGVTALRM : SIGPROF);
  }
  return real_setitimer(which, value, old);
}

// --- Waiting ---

// As glibc's, which is the same system call: the number goes to the caller, interruptions are waited over.
int sigwait(const sigset_t* set, int* number) {
  before_wait(set, CallSite::here());
  siginfo_t taken;
  int result = 0;
  do {
    result = real_sigwaitinfo(set, &taken);
  } while (result < 0 && errno == EINTR);
  if (result < 0) return errno;
  after_wait(result, taken, nullptr, CallSite::here());
  check_range(number, sizeof *number, Direction::kWrite, CallSite::here());
  *number = result;
  return 0;
}

int sigwaitinfo(const sigset_t* set, siginfo_t* info) {
  before_wait(set, CallSite::here());
  siginfo_t taken;
  const int result = real_sigwaitinfo(set, &taken);
  return after_wait(result, taken, info, CallSite::here());
}

int sigtimedwait(const sigset_t* set, siginfo_t* info, const timespec* timeout) {
  before_wait(set, CallSite::here());
  siginfo_t taken;
  const int result = real_sigtimedwait(set, &taken, timeout);
  return after_wait(result, taken, info, CallSite::here());
}

int sigsuspend(const sigset_t* mask) {
  before_wait(mask, CallSite::here());
  const HandledSignals handled;
  return after_handler(real_sigsuspend(mask), handled);
}

int pause() {
  const HandledSignals handled;
  return after_handler(real_pause(), handled);
}

}  // extern "C"
