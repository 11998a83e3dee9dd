// Signal handlers that allocate, or change errno, are reported; those that jump out of one, or keep errno, are not.
// expect: finding
// needs: symbols
// expect-report: ^WARNING: SIGNAL-UNSAFE CALL: a signal handler calls a function that is not async-signal-safe$
// expect-report: ^malloc called by main thread at:$
// expect-report: ^free called by main thread at:$
// expect-report: ^  allocates\(\)$
// expect-report: ^WARNING: ERRNO CHANGED: a signal handler has changed errno$
// expect-report: ^  changes_errno\(\)$
// expect-report: ^Found 3 other problem\(s\)$
// expect-no-report: jumps
// expect-no-report: keeps_errno
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

sigjmp_buf out_of_handler;

[[gnu::noinline]] void allocates(int) {
  void* volatile block = malloc(10);
  free(block);
}
[[gnu::noinline]] void changes_errno(int) { errno = ENOTTY; }
[[gnu::noinline]] void keeps_errno(int) {
  const int saved = errno;
  close(-1);
  errno = saved;
}
[[gnu::noinline]] void jumps(int) { siglongjmp(out_of_handler, 1); }

void raise_with(void (*handler)(int)) {
  signal(SIGUSR1, handler);
  kill(getpid(), SIGUSR1);
}

int main() {
  errno = 0;
  raise_with(allocates);
  raise_with(changes_errno);
  raise_with(keeps_errno);
  if (sigsetjmp(out_of_handler, 1) == 0) raise_with(jumps);
  void* volatile block = malloc(10);
  free(block);
}
