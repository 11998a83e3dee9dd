// What happens when origins run out: in a process of its own.
#include <gtest/gtest.h>

#include "detector/context/context.h"
#include "detector/origin/origin.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

TEST(OriginLimit, FurtherOriginsAreUnknownAndCounted) {
  const uintptr_t count = uintptr_t{1} << GORACE_ORIGIN_BITS;
  EXPECT_NE(origin_at(0), kUnknownOrigin);
  for (uintptr_t i = 1; i < count; ++i) origin_at(i);
  EXPECT_EQ(origin_at(count), kUnknownOrigin);
  EXPECT_GT(losses().origins_dropped, 0u);
  EXPECT_EQ(origin_info(origin_at(5)).frames[0], 0x400005u) << "old ones stay";
  EXPECT_TRUE(is_atomic_origin(origin_at(1, AccessKind::kAtomic))) << "atomic ones have a range of their own";
}

}  // namespace
}  // namespace gorace::detector::testing
