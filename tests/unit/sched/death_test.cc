// The ends of a process that the scheduler brings about. Each statement runs in a process of its own.
#include <gorace/go.h>
#include <gorace/time.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "runtime/sched/sanitizer.h"
#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

class Death : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

[[gnu::noinline]] int overflow(int depth) {
  volatile char block[512];
  block[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : overflow(depth + 1) + block[0];
}

TEST_F(Death, StackOverflowIsNamed) {
  if (runtime::kAddressSanitizer) GTEST_SKIP() << "AddressSanitizer reports it in its own words";
  EXPECT_EXIT(
      {
        Join one(1);
        go([] { overflow(0); });
        one.wait();
      },
      ::testing::ExitedWithCode(2), "goroutine stack exceeds 262144-byte limit");
}

TEST_F(Death, StackOverflowNamesTheChosenLimit) {
  if (runtime::kAddressSanitizer) GTEST_SKIP() << "AddressSanitizer reports it in its own words";
  EXPECT_EXIT(
      {
        Join one(1);
        go({.stack = 1_MiB}, [] { overflow(0); });
        one.wait();
      },
      ::testing::ExitedWithCode(2), "goroutine stack exceeds 1048576-byte limit");
}

// fault writes to an address that is not mapped, which the compiler does not know.
[[gnu::noinline]] void fault() {
  static volatile uintptr_t unmapped = 8;
  *reinterpret_cast<volatile int*>(unmapped) = 1;
}

TEST_F(Death, OtherFaultsGoWhereTheyWentBefore) {
  if (runtime::kAddressSanitizer || runtime::kThreadSanitizer) GTEST_SKIP() << "the sanitizer reports the fault";
  EXPECT_EXIT(
      {
        go(fault);
        yield();
        sleep(std::chrono::hours(1));
      },
      ::testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(
      {
        signal(SIGSEGV, [](int) { _exit(42); });
        go(fault);
        sleep(std::chrono::hours(1));
      },
      ::testing::ExitedWithCode(42), "");
}

TEST_F(Death, MainAsleepAloneIsADeadlock) {
  EXPECT_EXIT(Join(1).wait(), ::testing::ExitedWithCode(2), "fatal error: all goroutines are asleep - deadlock!");
}

TEST_F(Death, AllAsleepIsADeadlock) {
  EXPECT_EXIT(
      {
        for (int i = 0; i < 10; ++i) {
          go([] { runtime::park_for_ever(runtime::WaitReason::kSelectNoCases); });
        }
        Join(1).wait();
      },
      ::testing::ExitedWithCode(2), "all goroutines are asleep - deadlock!");
}

TEST_F(Death, WaitingThreadsAreAsleepToo) {
  EXPECT_EXIT(
      {
        std::thread thread([] { Join(1).wait(); });
        Join(1).wait();
      },
      ::testing::ExitedWithCode(2), "all goroutines are asleep - deadlock!");
}

TEST_F(Death, DeadlockIsSeenAfterTheLastForeignThreadEnded) {
  EXPECT_EXIT(
      {
        std::thread([] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); }).detach();
        Join(1).wait();
      },
      ::testing::ExitedWithCode(2), "all goroutines are asleep - deadlock!");
}

TEST_F(Death, GoexitFromMainLetsTheOthersEndFirst) {
  EXPECT_EXIT(execl(GORACE_GOEXIT_PROGRAM, "goexit_program", "wait", nullptr), ::testing::ExitedWithCode(2),
              "main's destructors ran(.|\n)*no goroutines \\(main called runtime.Goexit\\) - deadlock!");
}

TEST_F(Death, GoexitFromMainKeepsRunningGoroutines) {
  EXPECT_EXIT(execl(GORACE_GOEXIT_PROGRAM, "goexit_program", "run", nullptr), ::testing::ExitedWithCode(7), "");
}

TEST_F(Death, ExceptionThatLeavesAGoroutineEndsTheProcess) {
  EXPECT_EXIT(
      {
        go([] { throw std::runtime_error("the text"); });
        sleep(std::chrono::hours(1));
      },
      ::testing::ExitedWithCode(2), "the text");
}

// Not a deadlock while one of these is alive: each would otherwise end the test's process.
TEST_F(Death, NoDeadlockWhileSomethingMayHappen) {
  const auto pause = std::chrono::milliseconds(60);  // several looks of sysmon
  Turn turn;
  std::thread foreign([&] {
    std::this_thread::sleep_for(pause);
    turn.give();
  });
  turn.take();
  foreign.join();
  go([&] {
    blocking([&] { std::this_thread::sleep_for(pause); });
    turn.give();
  });
  turn.take();
  go([&] {
    sleep(pause);
    turn.give();
  });
  turn.take();
  runtime::add_external_wakers(+1);
  std::thread poller([&] {
    std::this_thread::sleep_for(pause);
    turn.give();
  });
  turn.take();
  runtime::add_external_wakers(-1);
  poller.join();
}

}  // namespace
}  // namespace gorace::testing
