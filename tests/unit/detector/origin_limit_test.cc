// What happens when origins run out: in a process of its own.
#include <gtest/gtest.h>

#include "detector/context/context.h"
#include "detector/origin/held_locks.h"
#include "detector/origin/origin.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

// Fills the atomic range, the smaller one, with sets of locks: `count` of them, each at places of its own.
OriginId origin_under_locks(uintptr_t number) {
  const uintptr_t frames[] = {0x700000};
  HeldLocks held;
  // Any two origins are good for places: of those with locks, others without stand in (none are here).
  held.add(0x1000, static_cast<OriginId>(1 + number % 4096), false);
  held.add(0x2000, static_cast<OriginId>(5000 + number / 4096), false);
  return intern_stack(frames, 1, AccessKind::kAtomic, &held);
}

TEST(OriginLimit, SetsOfLocksLeaveRoomForStacks) {
  const uintptr_t range = (uintptr_t{1} << GORACE_ORIGIN_BITS) / 8;
  const uint32_t first_set = origin_info(origin_under_locks(0)).lock_set;
  EXPECT_EQ(stored_lock_set(first_set).count, 2);
  for (uintptr_t i = 1; i < 2 * range; ++i) origin_under_locks(i);
  EXPECT_GT(losses().lock_sets_dropped, 0u);
  EXPECT_EQ(losses().origins_dropped, 0u);

  const OriginInfo late = origin_info(origin_under_locks(2 * range));
  ASSERT_EQ(late.frame_count, 1) << "an access keeps its stack";
  EXPECT_EQ(late.frames[0], 0x700000u);
  EXPECT_FALSE(stored_lock_set(late.lock_set).is_known);
  EXPECT_EQ(origin_info(origin_under_locks(0)).lock_set, first_set) << "old ones stay";

  const uintptr_t other[] = {0x700001};
  const OriginInfo bare = origin_info(intern_stack(other, 1, AccessKind::kAtomic));
  ASSERT_EQ(bare.frame_count, 1) << "there is room for new stacks";
  EXPECT_TRUE(stored_lock_set(bare.lock_set).is_known) << "that it holds no lock is known";
}

// A recursion that goes either of two ways: 2^20 and more stacks above a few places.
OriginId origin_of_path(uintptr_t place, uintptr_t path) {
  const uintptr_t frames[] = {0x500000 + place, 0x600000 + path % 128, 0x610000 + path / 128 % 128,
                              0x620000 + path / 16384 % 128, 0x630000 + path / 2097152};
  return intern_stack(frames, 5, AccessKind::kPlain);
}

TEST(OriginLimit, StacksAreCutBeforeAPlaceHasNone) {
  constexpr uintptr_t kPlaces = 16;
  const uintptr_t range = (uintptr_t{1} << GORACE_ORIGIN_BITS) / 8 * 7;
  for (uintptr_t i = 0; i < 2 * range; ++i) origin_of_path(i % kPlaces, i);
  EXPECT_GT(losses().stacks_cut, 0u);
  EXPECT_EQ(losses().origins_dropped, 0u);

  EXPECT_FALSE(origin_info(origin_of_path(0, 0)).is_cut) << "old ones stay";
  const OriginId late = origin_of_path(3, 5 * range);
  const OriginInfo info = origin_info(late);
  ASSERT_GE(info.frame_count, 1);
  EXPECT_EQ(info.frames[0], 0x500003u);
  EXPECT_TRUE(info.is_cut);
  EXPECT_FALSE(stored_lock_set(info.lock_set).is_known) << "several accesses share it";

  const OriginId both = compose(origin_of_path(1, 1), 0x0f, late, 0xf0);
  EXPECT_EQ(origin_info(component(both, 0x01)).frames[0], 0x500001u);
  EXPECT_EQ(origin_info(component(both, 0x10)).frames[0], 0x500003u);
}

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
