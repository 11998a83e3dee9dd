#include "detector/clock/vector_clock.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <random>
#include <vector>

namespace gorace::detector {
namespace {

using Model = std::map<uint32_t, uint32_t>;

void expect_equal(const VectorClock& clock, const Model& model, std::mt19937_64& random, uint32_t max_slot) {
  for (const auto& [slot, epoch] : model) ASSERT_EQ(clock.get(slot), epoch) << "slot " << slot;
  for (int i = 0; i < 20; ++i) {
    const auto slot = static_cast<uint32_t>(random() % max_slot);
    const auto entry = model.find(slot);
    ASSERT_EQ(clock.get(slot), entry == model.end() ? 0 : entry->second) << "slot " << slot;
  }
}

TEST(VectorClock, MissingSlotsAreZero) {
  VectorClock clock;
  EXPECT_TRUE(clock.empty());
  EXPECT_EQ(clock.get(0), 0u);
  EXPECT_EQ(clock.get(VectorClock::kMaxSlots - 1), 0u);
}

TEST(VectorClock, RaiseNeverLowers) {
  VectorClock clock;
  clock.raise(7, 5);
  clock.raise(7, 3);
  EXPECT_EQ(clock.get(7), 5u);
}

TEST(VectorClock, CopiesShareAndThenDiffer) {
  VectorClock first;
  first.raise(3, 1);
  VectorClock second = first;
  EXPECT_TRUE(first.shares_root_with(second));
  second.raise(3, 2);
  EXPECT_EQ(first.get(3), 1u);
  EXPECT_EQ(second.get(3), 2u);
}

TEST(VectorClock, JoinTakesTheOtherTreeWhenItIsGreater) {
  VectorClock small;
  small.raise(3, 1);
  VectorClock great = small;
  great.raise(3, 9);
  great.raise(100000, 2);
  small.join(great);
  EXPECT_EQ(small.get(3), 9u);
  EXPECT_EQ(small.get(100000), 2u);
}

TEST(VectorClock, EqualsAnArrayOnRandomOperations) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const size_t nodes_before = clock_nodes_in_use();
  int united_in_one_leaf = 0;
  for (uint32_t max_slot : {8u, 16u, 17u, 256u, 4096u, 100000u, VectorClock::kMaxSlots}) {
    constexpr size_t kClocks = 12;
    std::vector<VectorClock> clocks(kClocks);
    std::vector<Model> models(kClocks);
    for (int step = 0; step < 30000; ++step) {
      const size_t a = random() % kClocks;
      const size_t b = random() % kClocks;
      switch (random() % 11) {
        case 0:
          clocks[a] = clocks[b];
          models[a] = models[b];
          break;
        case 9:
          if (a == b) break;
          VectorClock::unite(clocks[a], clocks[b]);
          for (const auto& [slot, epoch] : models[b]) models[a][slot] = std::max(models[a][slot], epoch);
          models[b] = models[a];
          expect_equal(clocks[b], models[b], random, max_slot);
          break;
        case 10: {
          if (a == b) break;
          // Mostly an entry near those that are there, as a channel's last user is.
          const auto slot = static_cast<uint32_t>(random() % max_slot);
          const auto epoch = static_cast<uint32_t>(1 + random() % 1000);
          if (VectorClock::unite_in_one_leaf(clocks[a], clocks[b], slot, epoch)) {
            ++united_in_one_leaf;
            for (const auto& [other, its] : models[b]) models[a][other] = std::max(models[a][other], its);
            models[a][slot] = std::max(models[a][slot], epoch);
            models[b] = models[a];
          }
          expect_equal(clocks[a], models[a], random, max_slot);
          expect_equal(clocks[b], models[b], random, max_slot);
          break;
        }
        case 8:
          clocks[a].assign(clocks[b]);
          models[a] = models[b];
          break;
        case 1:
          if (random() % 16 == 0) {
            clocks[a].clear();
            models[a].clear();
          }
          break;
        case 2:
          if (a != b) {
            clocks[a] = std::move(clocks[b]);
            models[a] = std::exchange(models[b], {});
          }
          break;
        case 3:
        case 4:
          clocks[a].join(clocks[b]);
          for (const auto& [slot, epoch] : models[b]) models[a][slot] = std::max(models[a][slot], epoch);
          break;
        default: {
          const auto slot = static_cast<uint32_t>(random() % max_slot);
          const auto epoch = static_cast<uint32_t>(1 + random() % 1000);
          clocks[a].raise(slot, epoch);
          models[a][slot] = std::max(models[a][slot], epoch);
        }
      }
      if (step % 16 == 0) expect_equal(clocks[a], models[a], random, max_slot);
      // Kept small, so that clocks differ.
      if (models[a].size() > 300) {
        clocks[a].clear();
        models[a].clear();
      }
    }
    for (size_t i = 0; i < kClocks; ++i) expect_equal(clocks[i], models[i], random, max_slot);
  }
  EXPECT_EQ(clock_nodes_in_use(), nodes_before) << "nodes leaked";
  EXPECT_GT(united_in_one_leaf, 0);
}

// Each of these must be left to unite: one clock would lose an entry, or a third clock would change with them.
TEST(VectorClock, UniteInOneLeafRefusesWhatIsElsewhere) {
  constexpr uint32_t kSlot = 3;
  constexpr uint32_t kOtherLeaf = 40;
  const auto clock_of = [](uint32_t slot, uint32_t epoch) {
    VectorClock clock;
    clock.raise(100, 1);  // two levels
    clock.raise(kOtherLeaf, 1);
    clock.raise(slot, epoch);
    return clock;
  };
  VectorClock a = clock_of(kSlot, 5);
  VectorClock knows_more = clock_of(kSlot, 6);
  knows_more.raise(kOtherLeaf, 7);
  EXPECT_FALSE(VectorClock::unite_in_one_leaf(a, knows_more, kSlot, 9)) << "another leaf differs";
  EXPECT_EQ(a.get(kSlot), 5u);
  EXPECT_EQ(a.get(kOtherLeaf), 1u);

  const VectorClock third = a;
  VectorClock b = clock_of(kSlot, 6);
  EXPECT_FALSE(VectorClock::unite_in_one_leaf(a, b, kSlot, 9)) << "a's nodes are another clock's too";
  EXPECT_EQ(third.get(kSlot), 5u);

  VectorClock low;
  low.raise(kSlot, 8);
  VectorClock lower;
  lower.raise(kSlot + 1, 2);
  EXPECT_FALSE(VectorClock::unite_in_one_leaf(low, lower, 77, 9)) << "a slot that neither has room for";
  EXPECT_FALSE(VectorClock::unite_in_one_leaf(low, lower, kSlot, 8)) << "known already";
  EXPECT_TRUE(VectorClock::unite_in_one_leaf(low, lower, kSlot, 9));
  for (const VectorClock* clock : {&low, &lower}) {
    EXPECT_EQ(clock->get(kSlot), 9u);
    EXPECT_EQ(clock->get(kSlot + 1), 2u);
  }
}

// What is shared with a clock that was joined before is passed over, and nothing else.
TEST(VectorClock, JoinAfterAKnownClockIsTheFullJoin) {
  std::mt19937 random(20261121);
  constexpr uint32_t kSlots = 5000;
  for (int round = 0; round < 50; ++round) {
    VectorClock base;
    for (int i = 0; i < 300; ++i) base.raise(random() % kSlots, 1 + random() % 100);
    VectorClock fast;
    VectorClock full;
    VectorClock known;
    for (int step = 0; step < 20; ++step) {
      VectorClock next = base;
      for (int i = 0; i < 3; ++i) next.raise(random() % kSlots, 1 + random() % 200);
      fast.join(next, known);
      full.join(next);
      known = next;
      const uint32_t own = random() % kSlots;
      fast.raise(own, 1000);
      full.raise(own, 1000);
      if (step % 5 == 0) base = fast;  // shares nodes with the result
    }
    for (uint32_t slot = 0; slot < kSlots; ++slot) ASSERT_EQ(fast.get(slot), full.get(slot)) << "slot " << slot;
  }
}

}  // namespace
}  // namespace gorace::detector
