// How: clone(CLONE_VM | CLONE_VFORK) twice. The first child exists only to have the second one and to exit, so that the
// second one has no parent here; it is made without an exit signal, so that the program's own wait() does not see it
// either (wait(2), __WCLONE). execve() would give a direct child SIGCHLD as its exit signal again, so one clone is not
// enough.
//
// Rejected: fork() runs atfork handlers and copies the page tables of a program with terabytes of shadow; posix_spawn()
// makes a child that a `while (wait(nullptr) > 0)` in the program waits for until its end, and may be intercepted.
#include "runtime/symbolize/spawn.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/sanitizer_build.h"

#if GORACE_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace gorace::runtime {
namespace {

constexpr size_t kChildStackBytes = 64 << 10;
constexpr int kSignals = 64;

struct Spawn {
  const char* const* argv;
  const char* const* environment;
  int channel;
  char* second_stack_top;
  volatile int error = 0;  // written by the children, who share our memory while we stand still
};

void close_other_descriptors() {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, 3u, ~0u, 0u) == 0) return;
#endif
  rlimit limit{};
  const bool known = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536;
  const int end = known ? static_cast<int>(limit.rlim_cur) : 65536;
  for (int fd = 3; fd < end; ++fd) syscall(SYS_close, fd);
}

// The kernel's sigaction: the C library's refuses its own two signals, and may be intercepted.
void reset_signals() {
  struct {
    void* handler = nullptr;  // SIG_DFL
    unsigned long flags = 0;
    void* restorer = nullptr;
    uint64_t mask = 0;
  } action;
  for (int signal = 1; signal <= kSignals; ++signal)
    syscall(SYS_rt_sigaction, signal, &action, nullptr, sizeof(uint64_t));
  const uint64_t none = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
}

// clone() with CLONE_VM | CLONE_VFORK: the child calls body(argument), which must not return, on a stack of its own. By
// the system call, since a detector may have put its own clone() in libc's place, and expect a fork().
long clone_child(void (*body)(void*), void* argument, char* stack_top) {
  constexpr unsigned long kFlags = CLONE_VM | CLONE_VFORK;
#if defined(__x86_64__)
  long result;
  register long tls asm("r8") = 0;
  register long child_tid asm("r10") = 0;
  asm volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "movq %[argument], %%rdi\n\t"
      "callq *%[body]\n\t"
      "ud2\n"
      "1:"
      : "=a"(result)
      : "a"(SYS_clone), "D"(kFlags), "S"(stack_top), "d"(0), "r"(tls),
        "r"(child_tid), [body] "r"(body), [argument] "r"(argument)
      : "rcx", "r11", "memory");
#elif defined(__aarch64__)
  register unsigned long flags asm("x0") = kFlags;
  register char* stack asm("x1") = stack_top;
  register long parent_tid asm("x2") = 0;
  register long tls asm("x3") = 0;
  register long child_tid asm("x4") = 0;
  register long number asm("x8") = SYS_clone;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "mov x0, %[argument]\n\t"
      "blr %[body]\n\t"
      "brk #0\n"
      "1:"
      : "+r"(flags)
      : "r"(stack), "r"(parent_tid), "r"(tls), "r"(child_tid), "r"(number), [body] "r"(body), [argument] "r"(argument)
      : "x30", "memory");
  const long result = static_cast<long>(flags);
#endif
  return result;  // the child's id, or a negative errno value
}

void become_program(void* argument) {
  auto* spawn = static_cast<Spawn*>(argument);
  syscall(SYS_setsid);
  reset_signals();
  const long null = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
  bool ready = syscall(SYS_dup3, spawn->channel, 0, 0) >= 0 && syscall(SYS_dup3, spawn->channel, 1, 0) >= 0;
  if (null >= 0 && null != 2) ready = ready && syscall(SYS_dup3, null, 2, 0) >= 0;
  if (ready) {
    close_other_descriptors();
    syscall(SYS_execve, spawn->argv[0], spawn->argv, spawn->environment);
  }
  spawn->error = errno;
  syscall(SYS_exit, 127);
}

void have_program(void* argument) {
  auto* spawn = static_cast<Spawn*>(argument);
  const long child = clone_child(become_program, spawn, spawn->second_stack_top);
  if (child < 0) spawn->error = static_cast<int>(-child);
  syscall(SYS_exit, 0);
}

// What the program preloads, and how it is watched, is not for the helper.
bool is_for_helper(const char* variable) {
  return strncmp(variable, "LD_PRELOAD=", 11) != 0 && strncmp(variable, "GORACE=", 7) != 0;
}

const char** helper_environment(size_t* bytes) {
  size_t count = 0;
  while (environ != nullptr && environ[count] != nullptr) ++count;
  *bytes = (count + 1) * sizeof(char*);
  auto** copy = static_cast<const char**>(internal_alloc(*bytes));
  size_t kept = 0;
  for (size_t i = 0; i < count; ++i) {
    if (is_for_helper(environ[i])) copy[kept++] = environ[i];
  }
  return copy;
}

}  // namespace

int spawn_detached(const char* const* argv, int channel) {
  const int saved_errno = errno;
  size_t environment_bytes = 0;
  const char** environment = helper_environment(&environment_bytes);
  char* stacks = static_cast<char*>(internal_alloc(2 * kChildStackBytes));
  Spawn spawn{argv, environment, channel, stacks + 2 * kChildStackBytes};

  // No handler of the program may run in the children: they share its memory.
  const uint64_t all = ~uint64_t{0};
  uint64_t former = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &former, sizeof all);
  const long child = clone_child(have_program, &spawn, stacks + kChildStackBytes);
  if (child < 0) {
    spawn.error = static_cast<int>(-child);
  } else {
    while (syscall(SYS_wait4, child, nullptr, __WCLONE, nullptr) < 0 && errno == EINTR) {
    }
  }
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &former, nullptr, sizeof former);

#if GORACE_ASAN
  __asan_unpoison_memory_region(stacks, 2 * kChildStackBytes);  // the children's frames never returned
#endif
  internal_free(stacks, 2 * kChildStackBytes);
  internal_free(environment, environment_bytes);
  errno = saved_errno;
  return spawn.error;
}

}  // namespace gorace::runtime
