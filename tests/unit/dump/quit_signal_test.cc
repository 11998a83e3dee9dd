// SIGQUIT in programs that never used goroutines: plain threads are dumped by the handler and a copy of the process.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "tests/unit/dump/child.h"
#include "tests/unit/dump/dump_client.h"

// Exported from the executable, so that the dynamic symbol table names them without a symbolizer.
extern "C" {
[[gnu::noinline]] void unit_dump_wait_in_thread(std::atomic<int>* ready, int fd) {
  ++*ready;
  char byte;
  while (read(fd, &byte, 1) < 0) {
  }
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void unit_dump_wait_in_main(int fd) {
  printf("ready\n");  // here: whoever reads it finds this function on the stack
  fflush(stdout);
  char byte;
  while (read(fd, &byte, 1) < 0) {
  }
  asm volatile("" ::: "memory");
}
}

namespace gorace::runtime {
namespace {

using namespace gorace::testing;

// A program of main and one thread, both in read(); says "ready" on its output first, and ends well when it is given a
// byte each.
class Program {
 public:
  Program()
      : child_([this] {
          setenv("GORACE_TOOL", "/nonexistent", 1);
          setenv("PATH", "/nonexistent", 1);
          std::atomic<int> ready{0};
          std::thread other([&] { unit_dump_wait_in_thread(&ready, ends_[0]); });
          while (ready == 0) sched_yield();
          unit_dump_wait_in_main(ends_[0]);
          other.join();
          return 7;
        }) {
    char line[6];
    EXPECT_EQ(read(child_.output(), line, sizeof line), 6);
  }

  pid_t pid() const { return child_.pid(); }
  Outcome finish() { return child_.finish(); }
  Outcome end_well() {
    EXPECT_EQ(write(ends_[1], "ab", 2), 2);
    return finish();
  }

 private:
  struct Ends {
    int fds[2];
    Ends() { EXPECT_EQ(pipe(fds), 0); }
    int operator[](int i) const { return fds[i]; }
  } ends_;
  Child child_;
};

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

void expect_both_threads(const std::string& text) {
  EXPECT_EQ(count(text, "goroutine 1 [running]:\n"), 1u) << text;
  EXPECT_EQ(count(text, "unit_dump_wait_in_main(...)\n"), 1u) << text;
  EXPECT_GE(count(text, ", locked to thread"), 1u) << text;  // a sanitizer has threads of its own
  EXPECT_EQ(count(text, "unit_dump_wait_in_thread(...)\n"), 1u) << text;
}

TEST(QuitSignal, DumpsEveryThreadAndExitsWithTwo) {
  Program program;
  kill(program.pid(), SIGQUIT);
  const Outcome outcome = program.finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.output.find("SIGQUIT: quit\n\n"), 0u) << outcome.output;
  expect_both_threads(outcome.output);
}

TEST(QuitSignal, ServesGoraceDumpAndTheProgramGoesOn) {
  Program program;
  expect_both_threads(request_dump(program.pid()));
  expect_both_threads(request_dump(program.pid()));
  const Outcome outcome = program.end_well();
  EXPECT_EQ(outcome.exit_code, 7);
}

TEST(QuitSignal, WithAnAbsentToolTheProgramGoesOn) {
  Program program;
  sigval value{};
  value.sival_int = getpid();
  EXPECT_EQ(sigqueue(program.pid(), SIGQUIT, value), 0);
  const Outcome outcome = program.end_well();
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_EQ(outcome.output, "");
}

TEST(QuitSignal, LeavesAChildOfTheProgramsOwnAlone) {
  Program program;
  request_dump(program.pid());
  kill(program.pid(), SIGQUIT);
  EXPECT_EQ(program.finish().exit_code, 2);
}

}  // namespace
}  // namespace gorace::runtime
