#include <gorace/panic.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

#include "runtime/base/exit_hooks.h"
#include "runtime/dump/dump.h"
#include "tests/unit/dump/child.h"

// Exported: named by the dynamic symbol table. The assembly keeps the call from being the last thing done.
extern "C" [[gnu::noinline]] void unit_dump_throw(void (*thrower)()) {
  thrower();
  asm volatile("" ::: "memory");
}

namespace gorace::runtime {
namespace {

using namespace gorace::testing;

// Runs `thrower` where nothing catches: GoogleTest's own catch would make the search for a handler succeed. A thread's
// start has none.
Outcome uncaught(void (*thrower)()) {
  return run_in_child([&] {
    setenv("GORACE_TOOL", "/nonexistent", 1);
    setenv("PATH", "/nonexistent", 1);
    install_terminate_handler();
    std::thread([&] { unit_dump_throw(thrower); }).join();
    return 0;
  });
}

void expect_panic(const Outcome& outcome, const std::string& text) {
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.output.find(text + "\n\n"), 0u) << outcome.output;
  EXPECT_NE(outcome.output.find("\ngoroutine 0 [running, locked to thread]:\n"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("unit_dump_throw(...)\n"), std::string::npos)
      << "no throwing stack in: " << outcome.output;
  EXPECT_EQ(outcome.output.find("terminate"), std::string::npos) << "machinery in: " << outcome.output;
}

TEST(Panic, OfAStandardExceptionShowsTypeTextAndTheThrowingStack) {
  expect_panic(uncaught([] { throw std::runtime_error("out of tea"); }), "panic: std::runtime_error: out of tea");
}

TEST(Panic, OfGorace) {
  expect_panic(uncaught([] { throw gorace::Panic("close of closed channel"); }), "panic: close of closed channel");
}

TEST(Panic, OfOtherTypesShowsTheType) {
  expect_panic(uncaught([] { throw 42; }), "panic: int");
  expect_panic(uncaught([] { throw "text"; }), "panic: text");
}

TEST(Panic, IndentsFurtherLines) {
  expect_panic(uncaught([] { throw gorace::Panic("one\ntwo"); }), "panic: one\n\ttwo");
}

TEST(Panic, WithoutAnException) {
  const Outcome outcome = uncaught([] { std::terminate(); });
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.output.find("fatal error: std::terminate called without an active exception\n\n"), 0u)
      << outcome.output;
}

TEST(Panic, CallsTheProgramsEarlierHandler) {
  const Outcome outcome = run_in_child([] {
    std::set_terminate([] {
      printf("mine\n");
      fflush(stdout);
      _exit(9);
    });
    install_terminate_handler();
    std::thread([] { throw gorace::Panic("x"); }).join();
    return 0;
  });
  EXPECT_EQ(outcome.exit_code, 9);
  EXPECT_EQ(outcome.output.find("panic: x\n\n"), 0u);
  EXPECT_TRUE(outcome.output.ends_with("mine\n")) << outcome.output;
}

TEST(FatalError, PrintsTheCallersStackRunsExitHooksAndKeepsBufferedOutput) {
  const Outcome outcome = run_in_child([] {
    setenv("GORACE_TOOL", "/nonexistent", 1);
    setenv("PATH", "/nonexistent", 1);
    add_exit_hook(ExitPhase::kLast, [](int code) {
      printf("hook %d, dying %d\n", code, process_is_dying());
      return code;
    });
    printf("buffered\n");
    void (*volatile fail)() = [] {
      fatal_error("sync: unlock of unlocked mutex");
    };  // volatile: not specialised for it
    unit_dump_throw(fail);
    return 0;
  });
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.output.find("fatal error: sync: unlock of unlocked mutex\n\n"), std::string::npos)
      << outcome.output;
  EXPECT_NE(outcome.output.find("\ngoroutine 1 [running]:\n"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("unit_dump_throw(...)\n"), std::string::npos) << outcome.output;
  EXPECT_TRUE(outcome.output.ends_with("buffered\nhook 2, dying 1\n")) << outcome.output;
}

TEST(FatalError, OnlyTheFirstOfTwoThreadsIsTold) {
  const Outcome outcome = run_in_child([] {
    std::thread first([] { fatal_error("one"); });
    std::thread second([] { fatal_error("one"); });
    first.join();
    second.join();
    return 0;
  });
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.output.find("fatal error", 5), std::string::npos) << outcome.output;
}

}  // namespace
}  // namespace gorace::runtime
