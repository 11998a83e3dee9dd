#include "detector/context/identity.h"

#include <gtest/gtest.h>

#include <set>

#include "detector/shadow/granule.h"

namespace gorace::detector {
namespace {

TEST(Identity, PacksAndUnpacksEverySlot) {
  for (uint32_t slot = 0; slot < VectorClock::kMaxSlots; ++slot) {
    if (slot == slot_index(SlotClass::kLong, kLongSlots)) continue;  // the tag's
    for (uint32_t epoch : {1u, 2u, max_epoch(slot)}) {
      const uint64_t word = make_identity(slot, epoch);
      ASSERT_EQ(identity_slot(word), slot);
      ASSERT_EQ(identity_epoch(word), epoch);
      ASSERT_EQ(word & ~GORACE_IDENTITY_MASK, 0u);
      ASSERT_FALSE(is_tagged(word));
      ASSERT_NE(word, 0u);
    }
  }
}

TEST(Identity, EverySlotOfEitherClassHasItsOwnIndex) {
  std::set<uint32_t> seen;
  for (uint32_t number = 0; number < kShortSlots; ++number) {
    const uint32_t index = slot_index(SlotClass::kShort, number);
    ASSERT_LT(index, VectorClock::kMaxSlots);
    ASSERT_EQ(slot_class(index), SlotClass::kShort);
    ASSERT_EQ(slot_number(index), number);
    seen.insert(index);
  }
  for (uint32_t number = 0; number <= kLongSlots; ++number) {
    const uint32_t index = slot_index(SlotClass::kLong, number);
    ASSERT_EQ(slot_class(index), SlotClass::kLong);
    ASSERT_EQ(slot_number(index), number);
    seen.insert(index);
  }
  EXPECT_EQ(seen.size(), size_t{kShortSlots} + kLongSlots + 1);
}

TEST(Identity, FirstSlotsOfBothClassesShareALeaf) {
  EXPECT_LT(slot_index(SlotClass::kShort, 7), 16u);
  EXPECT_LT(slot_index(SlotClass::kLong, 7), 16u);
}

TEST(Identity, ShiftTellsSlotsApart) {
  const uint32_t slot = slot_index(SlotClass::kLong, 5);
  const uint64_t early = make_identity(slot, 1);
  const uint64_t late = make_identity(slot, kMaxLongEpoch);
  EXPECT_EQ((early ^ late) >> identity_shift(slot), 0u);
  EXPECT_NE((early ^ make_identity(slot_index(SlotClass::kLong, 6), 1)) >> identity_shift(slot), 0u);
  // A short slot's word differs from every long slot's in the class bit.
  EXPECT_NE((early ^ make_identity(slot_index(SlotClass::kShort, 5), 1)) >> identity_shift(slot), 0u);
}

TEST(Identity, TagsFailEveryInlineCheck) {
  const uint64_t current =
      make_identity(slot_index(SlotClass::kLong, kLongSlots - 1), kMaxLongEpoch) | GORACE_BYTE_MASK;
  for (uint64_t word : {kBusy, make_tag(1, 0), make_tag((1u << 28) - 2, kRecordVersions - 1)}) {
    EXPECT_TRUE(is_tagged(word));
    EXPECT_NE((word ^ current) & GORACE_IDENTITY_MASK, 0u);
  }
}

}  // namespace
}  // namespace gorace::detector
