#include "detector/report/seen_pairs.h"

#include <gtest/gtest.h>

namespace gorace::detector {
namespace {

TEST(SeenPairs, APairIsTheSameInEitherOrder) {
  SeenPairs seen;
  EXPECT_TRUE(seen.insert(1, 2));
  EXPECT_FALSE(seen.insert(1, 2));
  EXPECT_FALSE(seen.insert(2, 1));
  EXPECT_TRUE(seen.insert(1, 3));
  EXPECT_TRUE(seen.insert(2, 2));
  EXPECT_TRUE(seen.insert(0, 0));
  EXPECT_FALSE(seen.insert(0, 0));
}

TEST(SeenPairs, RemembersAllWhileItGrows) {
  SeenPairs seen;
  for (uint64_t i = 0; i < 5000; ++i) EXPECT_TRUE(seen.insert(i, i * i + 17)) << i;
  for (uint64_t i = 0; i < 5000; ++i) EXPECT_FALSE(seen.insert(i * i + 17, i)) << i;
}

}  // namespace
}  // namespace gorace::detector
