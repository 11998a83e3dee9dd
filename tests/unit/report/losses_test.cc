// What limits made the detector drop is counted and said at exit.
#include "detector/context/losses.h"

#include <gtest/gtest.h>

#include <string>

#include "detector/report/report.h"

namespace gorace::detector {
namespace {

std::string text_at_exit() {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(finish_reports(0), 0);
  return ::testing::internal::GetCapturedStderr();
}

// One test: the counters belong to the process.
TEST(Losses, EachKindIsSaidAtExitWithItsNumber) {
  EXPECT_EQ(text_at_exit(), "");
  const std::string opening = "gorace: limits reached, races may have been missed: ";
  count_loss(Loss::kOriginDropped);
  count_loss(Loss::kOriginDropped);
  EXPECT_EQ(text_at_exit(), opening + "2 accesses without a stack\n");
  count_loss(Loss::kStackCut);
  count_loss(Loss::kSlotReusedEarly);
  count_loss(Loss::kEpochsExhausted);
  count_loss(Loss::kHistoryDropped);
  count_loss(Loss::kLockSetDropped);
  count_loss(Loss::kNestedAccess);
  count_loss(Loss::kStrandDropped);
  count_loss(Loss::kFileShared);
  count_loss(Loss::kLockOrderDropped);
  EXPECT_EQ(text_at_exit(),
            opening +
                "1 clock slots reused early, 1 releases without a new epoch, 2 accesses without a stack, "
                "1 stacks cut to their innermost frames, 1 goroutines without a name, "
                "1 accesses not recorded, 1 accesses without their locks, "
                "1 accesses of signal handlers not recorded, 1 uses of files that share a clock, "
                "1 orders of locks not followed to their end\n");
}

}  // namespace
}  // namespace gorace::detector
