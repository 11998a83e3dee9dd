// A program whose main calls goexit(): GoogleTest's main cannot, its handlers swallow the unwinding.
//   goexit_program wait    main's destructor prints, a goroutine ends: nobody is left
//   goexit_program run     a goroutine outlives main and exits with code 7
#include <gorace/go.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace {

struct Last {
  ~Last() { fprintf(stderr, "main's destructors ran\n"); }
};

void run_on() {
  for (int i = 0; i < 1000; ++i) gorace::yield();
  _exit(7);
}

}  // namespace

int main(int argc, char** argv) {
  Last last;
  const bool run = argc > 1 && strcmp(argv[1], "run") == 0;
  gorace::go(run ? run_on : gorace::yield);
  gorace::goexit();
}
