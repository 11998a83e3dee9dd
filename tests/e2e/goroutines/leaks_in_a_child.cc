// A forked child lists the goroutines that it left behind itself, and the parent its own.
// expect: finding
// options: leaks=1
// expect-report: ^Goroutine [0-9]+ 'of_child' \(chan receive\) blocked at:$
// expect-report: ^Found 1 leaked goroutine\(s\)$
// expect-report: ^Goroutine [0-9]+ 'of_parent' \(chan receive\) and 1 other like it blocked at:$
// expect-report: ^Found 2 leaked goroutine\(s\)$
// expect-no-report: ^Found 3
// expect-output: ^the child ended with 66$
#include <gorace/gorace.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

void leave_behind(const char* name, const gorace::Chan<int>& ready, const gorace::Chan<int>& never) {
  gorace::go({.name = name}, [ready, never] {
    ready.send(1);
    never.recv();
  });
  ready.recv();
}

int main() {
  const auto ready = gorace::make_chan<int>(0);
  const auto never = gorace::make_chan<int>(0);
  for (int i = 0; i < 2; ++i) leave_behind("of_parent", ready, never);
  for (int i = 0; i < 100; ++i) gorace::yield();
  const pid_t child = fork();
  if (child == 0) {
    leave_behind("of_child", gorace::make_chan<int>(0), never);
    exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  printf("the child ended with %d\n", WEXITSTATUS(status));
}
