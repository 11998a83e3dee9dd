// What happens when what is kept of ended goroutines runs out: in a process of its own.
#include <gtest/gtest.h>

#include <cstring>

#include "detector/context/context.h"
#include "detector/context/identity.h"
#include "detector/context/strands.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

TEST(StrandLimit, NamesThatCannotBeKeptAreCountedAndOldOnesStay) {
  constexpr int kNames = 1 << 22;
  Context* first = new_strand(nullptr);
  strcpy(first->name, "first");
  const uint64_t word = first->current;
  first->last_used_epoch = first->epoch;
  context_end(first);
  Context* named = new_strand(nullptr);
  strcpy(named->name, "one of many");
  for (int i = 2; i < kNames; ++i) finish_strand(*named);  // all that ending takes from that table
  EXPECT_EQ(losses().strands_dropped, 0u);
  finish_strand(*named);
  EXPECT_EQ(losses().strands_dropped, 1u);
  Context found;
  ASSERT_TRUE(describe_identity(word, &found));
  EXPECT_STREQ(found.name, "first");
  context_end(named);
  EXPECT_EQ(losses().strands_dropped, 2u);
}

TEST(StrandLimit, AnAccessOfAStrandThatIsNotListedIsCounted) {
  const uint64_t before = losses().strands_dropped;
  Context found;
  EXPECT_FALSE(describe_identity(make_identity(slot_index(SlotClass::kShort, kShortSlots - 1), 1), &found));
  EXPECT_EQ(losses().strands_dropped, before + 1);
}

}  // namespace
}  // namespace gorace::detector::testing
