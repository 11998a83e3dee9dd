#include "detector/origin/held_locks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <random>
#include <set>
#include <vector>

namespace gorace::detector {
namespace {

// Places are as good as any number here; each test has its own, since a place remembers addresses for ever.
TEST(HeldLocks, KeyIsThatOfTheSetWhateverTheOrder) {
  HeldLocks one;
  HeldLocks other;
  EXPECT_EQ(one.key(), 0u);
  one.add(0x1000, 11, false);
  one.add(0x2000, 12, true);
  other.add(0x2000, 12, true);
  EXPECT_NE(one.key(), other.key());
  other.add(0x1000, 11, false);
  EXPECT_EQ(one.key(), other.key());
  one.remove(0x1000);
  one.remove(0x2000);
  EXPECT_EQ(one.key(), 0u);
  EXPECT_EQ(one.count(), 0);
}

TEST(HeldLocks, KeyTellsPlacesModesAndMutexesApart) {
  std::set<uint64_t> keys;
  const auto key_with = [](uintptr_t address, OriginId place, bool shared) {
    HeldLocks held;
    held.add(address, place, shared);
    return held.key();
  };
  keys.insert(key_with(0x1000, 21, false));
  keys.insert(key_with(0x1000, 21, true));
  keys.insert(key_with(0x1000, 22, false));
  keys.insert(key_with(0x2000, 21, false));
  EXPECT_EQ(keys.size(), 4u);
}

// A set that has been taken and given back many times has the key of one that is new.
TEST(HeldLocks, KeyIsThatOfAFreshSetWhateverWasHeldBefore) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  struct Taken {
    uintptr_t address;
    OriginId place;
    bool shared;
  };
  HeldLocks held;
  std::vector<Taken> taken;
  for (int i = 0; i < 100'000; ++i) {
    // Mostly the same one alone, as programs do.
    const size_t most = random() % 4 == 0 ? 3 : 1;
    if (taken.size() < most) {
      const Taken next = {0x1000 + random() % 3 * 0x1000, static_cast<OriginId>(41 + random() % 2), random() % 4 == 0};
      held.add(next.address, next.place, next.shared, static_cast<uint32_t>(i) % 1000 + 1);
      taken.push_back(next);
      ASSERT_TRUE(held.taken_in(static_cast<uint32_t>(i) % 1000 + 1, next.address));
    } else {
      const uintptr_t address = taken[random() % taken.size()].address;
      ASSERT_TRUE(held.remove(address));
      const auto newest =
          std::find_if(taken.rbegin(), taken.rend(), [=](const Taken& each) { return each.address == address; });
      taken.erase(std::next(newest).base());
    }
    HeldLocks fresh;
    for (const Taken& each : taken) fresh.add(each.address, each.place, each.shared);
    ASSERT_EQ(held.key(), fresh.key());
    ASSERT_EQ(held.count(), fresh.count());
  }
}

TEST(HeldLocks, AMillionMutexesTakenInOnePlaceMakeFewKeys) {
  std::set<uint64_t> keys;
  for (uintptr_t address = 8; address <= 8'000'000; address += 8) {
    HeldLocks held;
    held.add(address, 31, false);
    keys.insert(held.key());
    held.remove(address);
    ASSERT_EQ(held.key(), 0u);
  }
  EXPECT_EQ(keys.size(), 5u);
}

TEST(HeldLocks, AnOriginNamesItsStackWithoutLocks) {
  const uintptr_t frames[] = {0x500001, 0x500002};
  HeldLocks held;
  const OriginId bare = intern_stack(frames, 2, AccessKind::kAtomic, &held);
  held.add(0x1000, 91, false);
  const OriginId under_lock = intern_stack(frames, 2, AccessKind::kAtomic, &held);
  EXPECT_NE(under_lock, bare);
  EXPECT_EQ(without_locks(under_lock), bare);
  EXPECT_EQ(without_locks(bare), bare);
}

// Locks are taken one inside the other, in two lines: the sets are those of the lines' locks, not of the ways there.
TEST(HeldLocks, PlacesDoNotDependOnWhatIsHeld) {
  std::set<uint64_t> keys;
  const uintptr_t line[] = {0x600001};
  for (uintptr_t way = 0; way < 1000; ++way) {
    HeldLocks held;
    for (uintptr_t depth = 0, rest = way; depth < 3; ++depth, rest /= 10) {
      held.add(0x1000 + 0x10 * depth + 0x100 * (rest % 10), intern_stack(line, 1, AccessKind::kAtomic, &held), false);
    }
    keys.insert(held.key());
  }
  // Multisets of three out of five.
  EXPECT_LE(keys.size(), 35u);
}

TEST(HeldLocks, RecursiveLockIsHeldUntilTheLastUnlock) {
  HeldLocks held;
  held.add(0x1000, 41, false);
  const uint64_t once = held.key();
  held.add(0x1000, 42, false);
  held.remove(0x1000);
  EXPECT_EQ(held.key(), once);
  EXPECT_EQ(held.count(), 1);
}

TEST(HeldLocks, BeyondTheMostTheyAreCounted) {
  HeldLocks held;
  for (uintptr_t i = 1; i <= HeldLocks::kMost + 3; ++i) held.add(i * 0x1000, 51, false);
  EXPECT_EQ(held.count(), HeldLocks::kMost);
  EXPECT_EQ(held.uncounted(), 3);
  for (uintptr_t i = HeldLocks::kMost + 3; i >= 1; --i) held.remove(i * 0x1000);
  EXPECT_EQ(held.count(), 0);
  EXPECT_EQ(held.uncounted(), 0);
  EXPECT_EQ(held.key(), 0u);
}

TEST(LockSets, AreKeptOnceAndForEver) {
  HeldLocks held;
  EXPECT_EQ(store_lock_set(held), 0u);
  EXPECT_EQ(stored_lock_set(0).count, 0);
  held.add(0x1000, 61, false);
  held.add(0x2000, 62, true);
  const uint32_t number = store_lock_set(held);
  ASSERT_NE(number, 0u);
  EXPECT_EQ(store_lock_set(held), number);
  held.remove(0x1000);
  EXPECT_NE(store_lock_set(held), number);
  const LockSet stored = stored_lock_set(number);
  ASSERT_EQ(stored.count, 2);
  EXPECT_EQ(stored.locks[0].address, 0x1000u);
  EXPECT_EQ(stored.locks[0].place, 61u);
  EXPECT_FALSE(stored.locks[0].shared);
  EXPECT_EQ(stored.locks[1].address, 0x2000u);
  EXPECT_TRUE(stored.locks[1].shared);
}

TEST(LockSets, DoNotNameAMutexThatMayBeAnother) {
  for (uintptr_t i = 1; i <= 4; ++i) {
    HeldLocks held;
    held.add(i * 0x1000, 71, false);
    EXPECT_EQ(stored_lock_set(store_lock_set(held)).locks[0].address, i * 0x1000);
  }
  HeldLocks held;
  held.add(0x9000, 71, false);
  EXPECT_EQ(stored_lock_set(store_lock_set(held)).locks[0].address, 0u);
}

TEST(HeldLocks, WhatAnotherStrandGaveBackIsHeldNoMore) {
  HeldLocks held;
  held.add(0x71000, 101, false);
  const uint64_t key = held.key();
  held.add(0x72000, 102, false);
  note_handed_over(0x72000);
  EXPECT_EQ(held.present_key(), key);
  EXPECT_FALSE(held.holds(0x72000));
  EXPECT_TRUE(held.holds(0x71000));
}

TEST(HeldLocks, WhatIsTakenAfterAHandOverIsHeld) {
  HeldLocks held;
  held.add(0x73000, 103, false);
  note_handed_over(0x73000);
  held.add(0x73000, 104, false);
  EXPECT_EQ(held.count(), 1);
  EXPECT_EQ(held.find(0x73000)->place, 104u);
  held.present_key();
  EXPECT_TRUE(held.holds(0x73000));
  EXPECT_TRUE(held.remove(0x73000));
  EXPECT_FALSE(held.remove(0x73000));
}

// Whoever took it first has no part in what became of it since.
TEST(HeldLocks, WhatAnotherStrandGaveBackIsNotThereToRemove) {
  HeldLocks held;
  held.add(0x74000, 105, false);
  note_handed_over(0x74000);
  EXPECT_FALSE(held.remove(0x74000));
}

}  // namespace
}  // namespace gorace::detector
