#include "detector/context/horizon.h"

#include <gtest/gtest.h>

#include "detector/context/identity.h"
#include "detector/context/slots.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

alignas(8) char g_bytes[64];

// Two strands that nothing orders, and memory without a history.
class Horizon : public ::testing::Test {
 protected:
  void SetUp() override {
    map_shadow();
    reset_memory(g_bytes, sizeof g_bytes);
    one_ = new_strand(nullptr);
    other_ = new_strand(nullptr);
    take_races();
  }
  void TearDown() override {
    context_end(one_);
    context_end(other_);
    reset_memory(g_bytes, sizeof g_bytes);
  }

  void raise() {
    raise_horizon();
    pass_horizon(one_);
    pass_horizon(other_);
  }

  Context* one_ = nullptr;
  Context* other_ = nullptr;
};

TEST_F(Horizon, WhatLiesBehindIsOrdered) {
  write_to(one_, g_bytes, 8);
  read_from(one_, g_bytes + 8, 8);
  atomic_write_to(one_, g_bytes + 16, 8);
  raise();
  write_to(other_, g_bytes, 8);
  write_to(other_, g_bytes + 8, 8);
  write_to(other_, g_bytes + 16, 8);
  EXPECT_TRUE(take_races().empty());
}

TEST_F(Horizon, WhatLiesOnThisSideIsNot) {
  write_to(one_, g_bytes, 8);
  raise();
  write_to(one_, g_bytes, 8);
  write_to(other_, g_bytes, 8);
  EXPECT_EQ(take_races().size(), 1u);
}

TEST_F(Horizon, ASecondOneCoversTheFirst) {
  raise();
  write_to(one_, g_bytes, 8);
  raise();
  write_to(other_, g_bytes, 8);
  EXPECT_TRUE(take_races().empty());
  write_to(one_, g_bytes, 8);
  EXPECT_EQ(take_races().size(), 1u);
}

// It has made no event since: its accesses count as behind, which misses a race and invents none.
TEST_F(Horizon, AStrandThatDidNotPassIsBehind) {
  raise_horizon();
  write_to(one_, g_bytes, 8);
  pass_horizon(other_);
  write_to(other_, g_bytes, 8);
  EXPECT_TRUE(take_races().empty());
}

TEST_F(Horizon, ManyReadersBehindAreOrderedBeforeAWriter) {
  Context* readers[20];
  for (Context*& reader : readers) {
    reader = new_strand(nullptr);
    read_from(reader, g_bytes, 8);
  }
  raise();
  write_to(one_, g_bytes, 8);
  EXPECT_TRUE(take_races().empty());
  for (Context* reader : readers) context_end(reader);
}

// A slot whose owner ended behind the horizon is anybody's, and its next owner's accesses are on this side.
TEST_F(Horizon, FreesTheSlotsOfThoseThatEnded) {
  Context* ended = new_strand(nullptr);
  write_to(ended, g_bytes, 8);
  const size_t used = fresh_slots_used(SlotClass::kShort);
  context_end(ended);
  raise();
  Context* next = new_strand(nullptr);
  EXPECT_EQ(fresh_slots_used(SlotClass::kShort), used);
  pass_horizon(next);
  write_to(next, g_bytes, 8);
  EXPECT_TRUE(take_races().empty());
  write_to(one_, g_bytes, 8);
  EXPECT_EQ(take_races().size(), 1u);
  context_end(next);
}

TEST_F(Horizon, EdgesOnThisSideCount) {
  raise();
  write_to(one_, g_bytes, 8);
  Context* child = new_strand(one_);
  pass_horizon(child);
  write_to(child, g_bytes, 8);
  EXPECT_TRUE(take_races().empty());
  context_end(child);
}

}  // namespace
}  // namespace gorace::detector::testing
