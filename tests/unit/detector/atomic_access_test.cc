// Atomic accesses that a strand repeats stay in its thread's memory: no race may be hidden there, and none invented.
#include "detector/shadow/atomic_access.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "detector/shadow/record.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/rendezvous.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

constexpr size_t kGranules = 3 * OwnAtomics::kEntries;
alignas(64) char g_memory[kGranules * 8];
alignas(64) char g_object[8];

char* granule(size_t number) { return g_memory + number * 8; }

void atomic_access(Context* strand, const char* at, OriginId origin, bool is_write = true, size_t bytes = 8) {
  AtomicAccess access(strand, {reinterpret_cast<uintptr_t>(at), bytes, is_write}, AtomicAccess::Barrier::kOwn,
                      [=] { return origin; });
  access.confirm();
}

bool is_attached(const char* at, bool is_write = true) {
  const uint64_t tag = *shadow_words(reinterpret_cast<uintptr_t>(at));
  const OwnAtomic& slot = own_atomic_slot(*thread_state().own_atomics, tag, is_write);
  return slot.tag == tag && slot.granule != nullptr;
}

class AtomicAccessTest : public ::testing::Test {
 protected:
  AtomicAccessTest() : first_(new_strand(nullptr)), second_(new_strand(nullptr)) {
    reset_memory(g_memory, sizeof(g_memory));
    take_races();
  }
  ~AtomicAccessTest() override {
    context_end(first_);
    context_end(second_);
    reset_memory(g_memory, sizeof(g_memory));
    forget_sync_vars(reinterpret_cast<uintptr_t>(g_object), sizeof(g_object));
  }

  // Everything that `before` did so far happens before what `after` does next.
  static void order(Context* before, Context* after) {
    release(before, reinterpret_cast<uintptr_t>(g_object));
    acquire(after, reinterpret_cast<uintptr_t>(g_object));
  }
  // The first strand makes the access in two epochs, which attaches it, and then knows nothing new of the second one.
  void attach(const char* at, bool is_write = true) {
    for (int i = 0; i < 3; ++i) {
      atomic_access(first_, at, atomic_, is_write);
      context_advance_epoch(first_);
    }
    ASSERT_TRUE(is_attached(at, is_write));
  }

  Context* const first_;
  Context* const second_;
  const OriginId atomic_ = origin_at(1, AccessKind::kAtomic);
};

TEST_F(AtomicAccessTest, ALaterUseOfAnObjectRacesWithItsEnd) {
  const char* object = granule(0);
  const auto use = [&](OriginId origin) { use_object(first_, reinterpret_cast<uintptr_t>(object), origin); };
  for (int i = 0; i < 3; ++i) {
    use(atomic_);
    context_advance_epoch(first_);
  }
  ASSERT_TRUE(is_attached(object, /*is_write=*/false));
  order(first_, second_);
  const OriginId newest = origin_at(2, AccessKind::kAtomic);
  use(newest);
  use_object(second_, reinterpret_cast<uintptr_t>(object), atomic_);  // uses do not race with each other
  EXPECT_TRUE(take_races().empty());
  write_to(second_, object, 1);
  const std::vector<SeenRace> races = take_races();
  ASSERT_EQ(races.size(), 1u);
  EXPECT_EQ(races[0].previous_origin, newest);
  EXPECT_FALSE(races[0].previous_is_write);
  EXPECT_EQ(races[0].previous_id, first_->id);
}

TEST_F(AtomicAccessTest, ALaterEpochsAccessRacesWithAPlainOne) {
  attach(granule(0));
  order(first_, second_);
  const OriginId newest = origin_at(2, AccessKind::kAtomic);
  const uint64_t tag = *shadow_words(reinterpret_cast<uintptr_t>(granule(0)));
  atomic_access(first_, granule(0), newest);
  EXPECT_EQ(*shadow_words(reinterpret_cast<uintptr_t>(granule(0))), tag) << "not the case that this is about";
  write_to(second_, granule(0), 8);
  const std::vector<SeenRace> races = take_races();
  ASSERT_EQ(races.size(), 1u);
  EXPECT_EQ(races[0].previous_origin, newest);
  EXPECT_TRUE(races[0].previous_is_write);
}

TEST_F(AtomicAccessTest, AccessesThatAreOrderedAreNoRace) {
  attach(granule(0));
  atomic_access(first_, granule(0), atomic_);
  order(first_, second_);
  write_to(second_, granule(0), 8);
  order(second_, first_);
  atomic_access(first_, granule(0), atomic_);
  EXPECT_TRUE(take_races().empty());
}

TEST_F(AtomicAccessTest, ALoadRacesWithAPlainWriteAndNotWithARead) {
  attach(granule(0), /*is_write=*/false);
  order(first_, second_);
  atomic_access(first_, granule(0), atomic_, /*is_write=*/false);
  read_from(second_, granule(0), 8);
  EXPECT_TRUE(take_races().empty());
  attach(granule(1), /*is_write=*/false);
  order(first_, second_);
  atomic_access(first_, granule(1), atomic_, /*is_write=*/false);
  write_to(second_, granule(1), 8);
  EXPECT_EQ(take_races().size(), 1u);
}

TEST_F(AtomicAccessTest, APlainAccessIsSeenByTheNextRepetition) {
  attach(granule(0));
  order(first_, second_);
  write_to(second_, granule(0), 8);
  EXPECT_TRUE(take_races().empty());
  atomic_access(first_, granule(0), atomic_);
  EXPECT_EQ(take_races().size(), 1u);
}

TEST_F(AtomicAccessTest, APlainAccessJustBeforeARepetitionIsSeenByItsConfirmation) {
  attach(granule(0));
  order(first_, second_);
  AtomicAccess access(first_, {reinterpret_cast<uintptr_t>(granule(0)), 8, true}, AtomicAccess::Barrier::kOwn, [&] {
    // The tag has been loaded, and the entry not been written.
    write_to(second_, granule(0), 8);
    return atomic_;
  });
  EXPECT_TRUE(take_races().empty());
  access.confirm();
  EXPECT_EQ(take_races().size(), 1u);
}

TEST_F(AtomicAccessTest, ReadsInLanesAndRepetitionsSeeEachOther) {
  attach(granule(0));
  for (int round = 0; round < 3; ++round) {
    order(first_, second_);
    const auto is_laned = [] {
      const uint64_t word = *shadow_words(reinterpret_cast<uintptr_t>(granule(0)));
      return is_tagged(word) && record_at(tagged_record(word)).is_laned();
    };
    for (int i = 0; i < 1000 && !is_laned(); ++i) {
      read_from(second_, granule(0), 8);
      context_advance_epoch(second_);
    }
    ASSERT_TRUE(is_laned());
    order(second_, first_);
    atomic_access(first_, granule(0), atomic_);
    EXPECT_TRUE(take_races().empty());
    // Neither is ordered after what the other does from here on.
    read_from(second_, granule(0), 8);
    EXPECT_EQ(take_races().size(), 1u);
    order(first_, second_);
    order(second_, first_);
    for (int i = 0; i < 3; ++i) {
      atomic_access(first_, granule(0), atomic_);
      context_advance_epoch(first_);
    }
    EXPECT_TRUE(take_races().empty());
    read_from(second_, granule(0), 8);
    EXPECT_EQ(take_races().size(), 1u);
    order(first_, second_);
    order(second_, first_);
  }
}

TEST_F(AtomicAccessTest, AFreeMeetsTheNewestAccess) {
  attach(granule(0));
  order(first_, second_);
  atomic_access(first_, granule(0), atomic_);
  free_memory(second_, granule(0), 8, origin_at(3, AccessKind::kFree));
  EXPECT_EQ(take_races().size(), 1u);
}

TEST_F(AtomicAccessTest, AResetForgetsIt) {
  attach(granule(0));
  reset_memory(granule(0), 8);
  write_to(second_, granule(0), 8);
  EXPECT_TRUE(take_races().empty());
  atomic_access(first_, granule(0), atomic_);
  EXPECT_EQ(take_races().size(), 1u);
}

TEST_F(AtomicAccessTest, TwoStrandsOfOneThreadAreKeptApart) {
  Context* third = new_strand(nullptr);
  for (int i = 0; i < 4; ++i) {
    for (Context* strand : {first_, third}) {
      atomic_access(strand, granule(0), atomic_);
      context_advance_epoch(strand);
    }
  }
  order(first_, second_);
  order(third, second_);
  // Now the first one's newest is no more in the table, which has the third one's.
  atomic_access(first_, granule(0), origin_at(11, AccessKind::kAtomic));
  atomic_access(third, granule(0), origin_at(12, AccessKind::kAtomic));
  write_to(second_, granule(0), 8);
  EXPECT_EQ(take_races().size(), 2u);
  context_end(third);
}

TEST_F(AtomicAccessTest, MoreObjectsThanTheTableHas) {
  for (int round = 0; round < 20; ++round) {
    for (size_t i = 0; i < kGranules; ++i) atomic_access(first_, granule(i), atomic_);
    context_advance_epoch(first_);
  }
  order(first_, second_);
  for (size_t i = 0; i < kGranules; i += 2) atomic_access(first_, granule(i), atomic_);
  size_t attached = 0;
  for (size_t i = 0; i < kGranules; ++i) attached += size_t{is_attached(granule(i))};
  EXPECT_GT(attached, OwnAtomics::kEntries / 2);
  // What was done since then races, and nothing else.
  for (size_t i = 0; i < kGranules; ++i) {
    write_to(second_, granule(i), 8, 100 + i);
    ASSERT_EQ(take_races().size(), i % 2 == 0 ? 1u : 0u) << "granule " << i;
  }
}

TEST_F(AtomicAccessTest, EveryPlainAccessThatMeetsARepetitionIsFound) {
  constexpr size_t kRounds = OwnAtomics::kEntries;
  Rendezvous rendezvous(2);
  std::thread plain([&] {
    for (size_t i = 0; i < kRounds; ++i) {
      const OriginId origin = origin_at(1000 + i);
      rendezvous.wait();
      rendezvous.wait();
      access_memory(second_, granule(i), 8, true, origin);
      rendezvous.wait();
    }
  });
  std::atomic<uint64_t> variable{0};
  for (size_t i = 0; i < kRounds; ++i) {
    const OriginId origin = origin_at(1000 + kRounds + i, AccessKind::kAtomic);
    attach(granule(i));
    order(first_, second_);
    rendezvous.wait();
    rendezvous.wait();
    {
      AtomicAccess access(first_, {reinterpret_cast<uintptr_t>(granule(i)), 8, true}, AtomicAccess::Barrier::kFollows,
                          [=] { return origin; });
      variable.fetch_add(1);
      access.confirm();
    }
    rendezvous.wait();
    ASSERT_EQ(take_races().size(), 1u) << "round " << i;
  }
  plain.join();
}

}  // namespace
}  // namespace gorace::detector::testing
