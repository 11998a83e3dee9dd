// Dumps, panics and leaks of real goroutines, in programs of their own.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "tests/unit/dump/child.h"
#include "tests/unit/dump/dump_client.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GORACE_TEST_ASAN
#endif
#endif

namespace gorace::runtime {
namespace {

using namespace gorace::testing;

Child start_program(const char* mode, const char* settings = "") {
  return Child([=] {
    setenv("GORACE", settings, 1);
    setenv("GORACE_TOOL", "/nonexistent", 1);
    setenv("PATH", "/nonexistent", 1);
    execl(GOROUTINE_PROGRAM, "goroutine_program", mode, nullptr);
    return 98;
  });
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

TEST(GoroutineDump, DeadlockShowsEveryGoroutine) {
  const Outcome outcome = start_program("deadlock").finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(count(outcome.output, "fatal error: all goroutines are asleep - deadlock!\n\n"), 1u) << outcome.output;
  EXPECT_EQ(count(outcome.output, "goroutine 1 [chan receive]:\n"), 1u) << outcome.output;
  EXPECT_EQ(count(outcome.output, " [chan receive labels:{\"name\": \"stuck\"}]:\n"), 1u) << outcome.output;
  EXPECT_EQ(count(outcome.output, "\nprogram_receive(...)\n"), 2u) << outcome.output;
  EXPECT_EQ(count(outcome.output, " in goroutine 1\n\t"), 1u) << outcome.output;
}

TEST(GoroutineDump, PanicShowsTheThrowingStack) {
  const Outcome outcome = start_program("throw").finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(count(outcome.output, "panic: std::runtime_error: out of tea\n\n"), 1u) << outcome.output;
  EXPECT_EQ(count(outcome.output, " [running]:\nprogram_throw(...)\n"), 1u) << outcome.output;
  EXPECT_EQ(count(outcome.output, "goroutine 1 "), 0u) << outcome.output;
  EXPECT_EQ(count(outcome.output, " in goroutine 1\n\t"), 1u) << outcome.output;
}

TEST(GoroutineDump, PanicOfMain) {
  const Outcome outcome = start_program("throw-in-main").finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(count(outcome.output, "goroutine 1 [running]:\nprogram_throw(...)\n"), 1u) << outcome.output;
}

TEST(GoroutineDump, StackOverflowNamesTheGoroutine) {
  const Outcome outcome = start_program("overflow").finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(count(outcome.output, "-byte limit\nfatal error: stack overflow\n\n"), 1u) << outcome.output;
#if !defined(__SANITIZE_ADDRESS__) && !defined(GORACE_TEST_ASAN)
  // AddressSanitizer's own functions, in which the overflow strikes there, have no frame pointers.
  EXPECT_GE(count(outcome.output, "program_recurse(...)\n"), 50u) << outcome.output;
#endif
}

void expect_waiting_program(const std::string& text) {
  EXPECT_EQ(count(text, "goroutine 1 ["), 1u) << text;
  EXPECT_EQ(count(text, " [chan receive labels:{\"name\": \"receiver\"}]:\n"), 1u) << text;
  EXPECT_EQ(count(text, "\nprogram_receive(...)\n"), 1u) << text;
  EXPECT_EQ(count(text, "\nprogram_spin(...)\n"), 1u) << text;
}

// A started "wait" program, which has said that it is ready.
class WaitingProgram {
 public:
  WaitingProgram() : saved_stdin_(dup(0)) {
    EXPECT_EQ(pipe(input_), 0);
    dup2(input_[0], 0);
    child_.emplace(start_program("wait"));
    dup2(saved_stdin_, 0);
    close(saved_stdin_);
    close(input_[0]);
    char line[6];
    EXPECT_EQ(read(child_->output(), line, sizeof line), 6);
  }
  pid_t pid() const { return child_->pid(); }
  Outcome finish() { return child_->finish(); }
  Outcome end_well() {
    EXPECT_EQ(write(input_[1], "x", 1), 1);
    return finish();
  }

 private:
  int saved_stdin_;
  int input_[2];
  std::optional<Child> child_;
};

TEST(GoroutineDump, SigquitPrintsAllAndExitsWithTwo) {
  WaitingProgram program;
  kill(program.pid(), SIGQUIT);
  const Outcome outcome = program.finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.output.find("SIGQUIT: quit\n\n"), 0u) << outcome.output;
  expect_waiting_program(outcome.output);
}

TEST(GoroutineDump, SigquitWorksInProgramsThatAScriptStartsInTheBackground) {
  signal(SIGQUIT, SIG_IGN);  // as the shell does; inherited through exec
  WaitingProgram program;
  signal(SIGQUIT, SIG_DFL);
  kill(program.pid(), SIGQUIT);
  EXPECT_EQ(program.finish().exit_code, 2);
}

TEST(GoroutineDump, GoraceDumpPrintsAllAndTheProgramGoesOn) {
  WaitingProgram program;
  for (int round = 0; round < 3; ++round) expect_waiting_program(request_dump(program.pid()));
  EXPECT_EQ(program.end_well().exit_code, 7);
}

TEST(Leaks, AreListedOnceForEachPlaceAndTurnTheExitCode) {
  const Outcome outcome = start_program("leak", "leaks=1").finish();
  EXPECT_EQ(outcome.exit_code, 66);
  EXPECT_GE(count(outcome.output, "WARNING: GOROUTINE LEAK\n"), 1u) << outcome.output;
  EXPECT_GE(count(outcome.output, " (chan receive)"), 1u) << outcome.output;
  EXPECT_GE(count(outcome.output, " blocked at:\n  program_receive()\n"), 1u) << outcome.output;
  EXPECT_TRUE(outcome.output.ends_with("\nFound 3 leaked goroutine(s)\n")) << outcome.output;
}

TEST(Leaks, AreNotLookedForUnasked) {
  const Outcome outcome = start_program("leak").finish();
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "");
}

TEST(Leaks, ExitCodeAsSet) { EXPECT_EQ(start_program("leak", "leaks=1 exitcode=5").finish().exit_code, 5); }

TEST(Leaks, GoroutinesThatWereJustWokenAreNone) {
  const Outcome outcome = start_program("settle", "leaks=1").finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(Leaks, AreNotListedAfterADeadlock) {
  const Outcome outcome = start_program("deadlock", "leaks=1").finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(count(outcome.output, "LEAK"), 0u) << outcome.output;
}

TEST(Profiles, UnknownNameIsNamedBeforeMain) {
  const Outcome outcome = start_program("leak", "profile=heaps").finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.output, "gorace: GORACE: unknown profile 'heaps'; there are: goroutine heap\n");
}

TEST(Profiles, ThatCannotBeWrittenAreNamedAtExit) {
  const Outcome outcome = start_program("leak", "profile=goroutine profile_dir=/tmp").finish();
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(count(outcome.output, "gorace: cannot write profile /tmp/goroutine.pb.gz: the gorace command"), 1u)
      << outcome.output;
}

}  // namespace
}  // namespace gorace::runtime
