#include "detector/intercept/clock_numbers.h"

#include <gtest/gtest.h>

#include "detector/context/context.h"

namespace gorace::detector {
namespace {

TEST(ClockNumbers, AKeyFindsItsNumberAgain) {
  const ClockNumber first = clock_of_key(17);
  const ClockNumber second = clock_of_key(18);
  EXPECT_NE(first, 0u);
  EXPECT_NE(first, second);
  EXPECT_EQ(clock_of_key(17), first);
  EXPECT_EQ(clock_of_key(18), second);
}

TEST(ClockNumbers, ANumberInUseIsNotGivenOutAgainWhenTheTurnsHaveComeRound) {
  const ClockNumber kept = new_clock_number();
  for (ClockNumber i = 0; i < kClockNumbers; ++i) {
    const ClockNumber number = new_clock_number();
    ASSERT_NE(number, kept) << "after " << i;
    drop_clock_number(number);
  }
  use_clock_number(kept);
  drop_clock_number(kept);  // one user is left
  for (ClockNumber i = 0; i < kClockNumbers; ++i) {
    const ClockNumber number = new_clock_number();
    ASSERT_NE(number, kept) << "after " << i;
    drop_clock_number(number);
  }
  drop_clock_number(kept);
}

// Last: it fills the table.
TEST(ClockNumbers, KeysBeyondTheTableShareAndAreCounted) {
  for (uint64_t key = 1000; losses().files_shared == 0; ++key) {
    ASSERT_LT(key, uint64_t{kKeyedClocks} + 2000) << "more keys than numbers, and none was shared";
    clock_of_key(key);
  }
  const uint64_t shared = losses().files_shared;
  for (uint64_t key = 1; key <= kKeyedClocks; ++key) EXPECT_NE(clock_of_key(key << 32), 0u);
  EXPECT_GT(losses().files_shared, shared);
}

}  // namespace
}  // namespace gorace::detector
