// Each case ends a child process (GoogleTest's death tests) and looks at its exit code and output.
#include "runtime/base/exit_hooks.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace gorace::runtime {
namespace {

int say_after_main(int code) {
  fprintf(stderr, "after main %d;", code);
  return code;
}
int say_last(int code) {
  fprintf(stderr, "last %d;", code);
  return code;
}
int turn_0_into_66(int code) { return code == 0 ? 66 : code; }


TEST(ExitHooksDeathTest, RunAroundStaticDestructors) {
  EXPECT_EXIT(
      {
        add_exit_hook(ExitPhase::kLast, say_last);
        add_exit_hook(ExitPhase::kAfterMain, say_after_main);
        exit(5);
      },
      testing::ExitedWithCode(5), "after main 5;last 5;");
}

TEST(ExitHooksDeathTest, MayTurnSuccessIntoFailure) {
  EXPECT_EXIT(
      {
        add_exit_hook(ExitPhase::kLast, turn_0_into_66);
        exit(0);
      },
      testing::ExitedWithCode(66), "");
}

TEST(ExitHooksDeathTest, CodeDecidedAfterMainSurvives) {
  EXPECT_EXIT(
      {
        add_exit_hook(ExitPhase::kAfterMain, turn_0_into_66);
        add_exit_hook(ExitPhase::kLast, say_last);
        exit(0);
      },
      testing::ExitedWithCode(66), "last 66;");
}

TEST(ExitHooksDeathTest, KeepTheProgramsOwnFailure) {
  EXPECT_EXIT(
      {
        add_exit_hook(ExitPhase::kLast, turn_0_into_66);
        exit(3);
      },
      testing::ExitedWithCode(3), "");
}

TEST(ExitHooksDeathTest, RunOnceWhenTheProcessIsEndedByHand) {
  EXPECT_EXIT(
      {
        add_exit_hook(ExitPhase::kAfterMain, say_after_main);
        add_exit_hook(ExitPhase::kLast, say_last);
        end_process(2, true);
      },
      testing::ExitedWithCode(2), "^after main 2;last 2;$");
}

}  // namespace
}  // namespace gorace::runtime
