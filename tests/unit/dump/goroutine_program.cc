// A program of goroutines that ends, or waits to be asked, in the way that its argument names; goroutine_dump_test.cc
// runs it. The functions that tests look for are exported, so that the dynamic symbol table names them without a
// symbolizer.
#include <gorace/gorace.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>

extern "C" {
// The assembly keeps each call from being the last thing done, which would take the function off the stack.
[[gnu::noinline]] void program_receive(gorace::Chan<int> c) {
  c.recv();
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void program_throw() { throw std::runtime_error("out of tea"); }

[[gnu::noinline]] void program_spin() {
  for (;;) asm volatile("" ::: "memory");
}

[[gnu::noinline]] int program_recurse(int depth) {
  volatile char page[512] = {};
  const int below = depth < 0 ? 0 : program_recurse(depth + 1);
  return below + page[depth % 512];
}
}

namespace {

int deadlock() {
  gorace::Chan<int> c = gorace::make_chan<int>();
  gorace::go({.name = "stuck"}, program_receive, c);
  program_receive(c);
  return 0;
}

int throw_in_goroutine() {
  gorace::go(program_throw);
  program_receive(gorace::make_chan<int>());
  return 0;
}

int throw_in_main() {
  program_throw();
  return 0;
}

int leak() {
  gorace::Chan<int> c = gorace::make_chan<int>();
  for (int i = 0; i < 3; ++i) gorace::go(program_receive, c);
  gorace::go([] { gorace::sleep(std::chrono::hours(1)); });
  while (gorace::num_goroutine() < 5) gorace::yield();
  return 0;
}

// The receivers are woken just before main returns, one by the other.
int settle() {
  gorace::Chan<int> first = gorace::make_chan<int>();
  gorace::Chan<int> second = gorace::make_chan<int>();
  gorace::go([=]() mutable {
    program_receive(first);
    second.close();
  });
  gorace::go(program_receive, second);
  gorace::yield();
  first.close();
  return 0;
}

// Waits with goroutines in all states until its input ends.
int wait_for_input() {
  gorace::Chan<int> c = gorace::make_chan<int>();
  gorace::go({.name = "receiver"}, program_receive, c);
  gorace::go(program_spin);
  gorace::sleep(std::chrono::milliseconds(1));
  printf("ready\n");
  fflush(stdout);
  char byte;
  gorace::blocking([&] {
    while (read(0, &byte, 1) < 0) {
    }
  });
  return 7;
}

int overflow() {
  gorace::go({.stack = size_t{64} << 10}, [] { program_recurse(0); });
  program_receive(gorace::make_chan<int>());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const struct {
    const char* name;
    int (*run)();
  } kModes[] = {{"deadlock", deadlock},
                {"throw", throw_in_goroutine},
                {"throw-in-main", throw_in_main},
                {"leak", leak},
                {"settle", settle},
                {"wait", wait_for_input},
                {"overflow", overflow}};
  for (const auto& mode : kModes) {
    if (argc == 2 && strcmp(argv[1], mode.name) == 0) return mode.run();
  }
  return 64;
}
