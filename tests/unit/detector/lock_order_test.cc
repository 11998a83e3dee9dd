#include "detector/lock_order/lock_order.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

alignas(64) char g_locks[1024];
uintptr_t lock_at(size_t number) { return reinterpret_cast<uintptr_t>(g_locks) + number * 8; }

class LockOrder : public ::testing::Test {
 protected:
  LockOrder() : one_(new_strand(nullptr)), two_(new_strand(nullptr)) { take_findings(); }
  ~LockOrder() override {
    forget_lock_order(lock_at(0), sizeof g_locks);
    EXPECT_EQ(ordered_locks(), 0u);
    context_end(one_);
    context_end(two_);
  }

  // nest takes the locks one inside the other and gives them back.
  static void nest(Context* context, const std::vector<size_t>& locks) {
    for (const size_t lock : locks) {
      const OriginId place = origin_at(lock + 1);
      note_lock_order(context, lock_at(lock), place);
      context->held.add(lock_at(lock), place, false);
    }
    for (const size_t lock : locks) context->held.remove(lock_at(lock));
  }

  Context* const one_;
  Context* const two_;
};

TEST_F(LockOrder, TwoLocksInBothOrdersAreACycleWithTheStacksOfBoth) {
  nest(one_, {0, 1});
  EXPECT_TRUE(take_findings().empty());
  nest(two_, {1, 0});
  const std::vector<SeenFinding> found = take_findings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].locks, (std::vector<uintptr_t>{lock_at(1), lock_at(0), lock_at(0), lock_at(1)}));
  EXPECT_EQ(found[0].origins, (std::vector<OriginId>{origin_at(2), origin_at(1), origin_at(1), origin_at(2)}));
  EXPECT_EQ(found[0].strand_ids, (std::vector<uint64_t>{two_->id, two_->id, one_->id, one_->id}));
}

// Whoever took it appears to hold it for ever.
TEST_F(LockOrder, ALockThatAnotherGaveBackIsNoLongerTheHeldOneOfAnyOrder) {
  one_->held.add(lock_at(0), origin_at(1), false);
  note_lock_order(one_, lock_at(1), origin_at(2));
  EXPECT_FALSE(two_->held.remove(lock_at(0)));
  note_lock_handed_over(lock_at(0));
  note_lock_order(one_, lock_at(2), origin_at(3));
  nest(two_, {1, 0});
  nest(two_, {2, 0});
  EXPECT_TRUE(take_findings().empty());
  forget_lock_order(lock_at(0), 1);
  one_->held.remove(lock_at(0));
  nest(one_, {0, 1});
  nest(two_, {1, 0});
  EXPECT_EQ(take_findings().size(), 1u) << "another lock lies there now";
}

// A lock that only seems to be held everywhere keeps nothing apart.
TEST_F(LockOrder, ALockThatAnotherGaveBackIsNoGate) {
  note_lock_handed_over(lock_at(5));
  nest(one_, {5, 0, 1});
  nest(two_, {5, 1, 0});
  EXPECT_EQ(take_findings().size(), 1u);
}

TEST_F(LockOrder, WhatIsBeyondItsLimitsIsCounted) {
  constexpr size_t kLocks = 40;  // more than the longest cycle that is found
  const uint64_t before = losses().lock_orders_dropped;
  for (size_t i = 0; i + 1 < kLocks; ++i) nest(one_, {i, i + 1});
  const uint64_t in_chain = losses().lock_orders_dropped;
  EXPECT_EQ(in_chain, before) << "a chain that is extended at its end is followed whole";
  nest(one_, {kLocks - 1, 0});
  EXPECT_TRUE(take_findings().empty());
  EXPECT_EQ(losses().lock_orders_dropped, in_chain + 1);
  nest(two_, {50, 51, 52, 53, 54, 55});
  EXPECT_EQ(losses().lock_orders_dropped, in_chain + 1);
  nest(two_, {60, 61, 62, 63, 64, 65, 66, 67});
  EXPECT_EQ(losses().lock_orders_dropped, in_chain + 2) << "the eighth lock, with one of seven held uncounted";
}

TEST_F(LockOrder, ALongCycleIsFoundAtItsLastEdge) {
  constexpr size_t kLocks = 30;
  for (size_t i = 0; i + 1 < kLocks; ++i) nest(one_, {i, i + 1});
  EXPECT_TRUE(take_findings().empty());
  nest(one_, {kLocks - 1, 0});
  const std::vector<SeenFinding> found = take_findings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].locks.size(), 2 * kLocks);
}

TEST_F(LockOrder, OneOrderIsNoCycleHoweverManyStrandsTakeIt) {
  for (Context* context : {one_, two_}) {
    nest(context, {0, 1, 2});
    nest(context, {0, 2});
    nest(context, {1, 2});
  }
  EXPECT_TRUE(take_findings().empty());
}

TEST_F(LockOrder, ACommonGateKeepsACycleFromHappening) {
  nest(one_, {9, 0, 1});
  nest(two_, {9, 1, 0});
  EXPECT_TRUE(take_findings().empty());
  nest(one_, {0, 1});  // outside the gate, while another may be inside it
  EXPECT_EQ(take_findings().size(), 1u);
}

TEST_F(LockOrder, GatesOfOneSideOnlyDoNotHelp) {
  nest(one_, {9, 0, 1});
  nest(two_, {8, 1, 0});
  EXPECT_EQ(take_findings().size(), 1u);
}

TEST_F(LockOrder, ALockTakenAgainByItsHolderIsNoOrder) {
  nest(one_, {0, 1, 0});
  EXPECT_TRUE(take_findings().empty());
}

TEST_F(LockOrder, WhatIsForgottenBeginsAnew) {
  nest(one_, {0, 1});
  forget_lock_order(lock_at(1), 8);
  EXPECT_EQ(ordered_locks(), 1u);
  nest(two_, {1, 0});
  EXPECT_TRUE(take_findings().empty());
  nest(one_, {0, 1});
  EXPECT_EQ(take_findings().size(), 1u);
}

}  // namespace
}  // namespace gorace::detector::testing
