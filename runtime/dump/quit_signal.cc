// With goroutines the handler only wakes the dump thread. Without (the program never used the runtime, so it has no
// thread of ours) it collects the threads' stacks itself and lets a fork()ed copy of the process name and print them:
// the copy may wait for a lock that the interrupted thread holds, and is ended by its own alarm then; the program is
// never held up by it.
#include "runtime/dump/quit_signal.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "runtime/base/exit_hooks.h"
#include "runtime/base/raw_writer.h"
#include "runtime/dump/death.h"
#include "runtime/dump/dump.h"
#include "runtime/dump/dump_socket.h"
#include "runtime/dump/dump_thread.h"
#include "runtime/dump/thread_stacks.h"

namespace gorace::runtime {
namespace {

constexpr int kPrintSeconds = 30;
constexpr int kExitSeconds = 5;

void end_now(int) { syscall(SYS_exit_group, kFatalExitCode); }

// Ends this process with code 2 unless it has ended by itself `seconds` from now.
void end_process_after(int seconds) {
  struct sigaction action{};
  action.sa_handler = end_now;
  sigfillset(&action.sa_mask);
  sigaction(SIGALRM, &action, nullptr);
  const itimerval timer{{0, 0}, {seconds, 0}};
  syscall(SYS_setitimer, ITIMER_REAL, &timer, nullptr);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &alarm, nullptr);
}

// The fork()ed copy: prints to fd and ends.
[[noreturn]] void print_in_copy(const ThreadStacks& stacks, int fd, const char* title) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  end_process_after(kPrintSeconds);
  {
    RawWriter out(fd);
    out << title;
    out.flush();
    print_thread_stacks(out, stacks);
  }
  syscall(SYS_exit_group, 0);
  __builtin_unreachable();
}

// fork() by the system call: no atfork handlers of the program, and no exit signal, so that the program's wait() never
// sees the copy.
long copy_process() { return syscall(SYS_clone, 0, nullptr, nullptr, nullptr, nullptr); }

void reap(long copy) {
  while (syscall(SYS_wait4, copy, nullptr, __WCLONE, nullptr) < 0 && errno == EINTR) {
  }
}

void dump_threads(const void* context, int fd, const char* title) {
  ThreadStacks* stacks = collect_thread_stacks(context);
  if (stacks == nullptr) return;
  const long copy = copy_process();
  if (copy == 0) print_in_copy(*stacks, fd, title);
  if (copy > 0) reap(copy);
  release_thread_stacks(stacks);
}

// The copy's copy prints, so that the program need not wait for it.
void dump_threads_to_tool(const void* context, int tool) {
  const int fd = connect_to_tool(tool);
  if (fd < 0) return;
  ThreadStacks* stacks = collect_thread_stacks(context);
  if (stacks != nullptr) {
    const long copy = copy_process();
    if (copy == 0) {
      if (copy_process() == 0) print_in_copy(*stacks, fd, "");
      syscall(SYS_exit_group, 0);
    }
    if (copy > 0) reap(copy);
    release_thread_stacks(stacks);
  }
  syscall(SYS_close, fd);
}

[[noreturn]] void quit_without_dump_thread(const void* context) {
  claim_death();
  dump_threads(context, 2, "SIGQUIT: quit\n\n");
  // The exit hooks may want what the interrupted thread holds.
  end_process_after(kExitSeconds);
  end_process(kFatalExitCode, /*flush=*/false);
}

void on_quit(int, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  if (!answer_collection(info, context)) {
    const DumpRequest request = info->si_code == SI_QUEUE ? info->si_value.sival_int : kQuit;
    if (!post_dump_request(request)) {
      if (request == kQuit) quit_without_dump_thread(context);
      dump_threads_to_tool(context, request);
    }
  }
  errno = saved_errno;
}

}  // namespace

void install_quit_handler() {
  struct sigaction present{};
  if (sigaction(SIGQUIT, nullptr, &present) != 0) return;
  // Ignored is what a script's shell leaves to the programs that it starts in the background. They should be dumpable
  // too; Go's runtime does the same. (What the program itself sets, it sets after this constructor.)
  if (present.sa_handler != SIG_DFL && present.sa_handler != SIG_IGN) return;
  struct sigaction action{};
  action.sa_sigaction = on_quit;
  // ONSTACK: a goroutine's stack may be small. RESTART: a dump that does not end the program must not disturb its
  // system calls.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(SIGQUIT, &action, nullptr);
}

}  // namespace gorace::runtime
