#include "detector/syncvar/sync_var.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "detector/syncvar/meta.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

alignas(4096) char g_area[1 << 20];
uintptr_t at(size_t offset) { return reinterpret_cast<uintptr_t>(g_area) + offset; }

class SyncVars : public ::testing::Test {
 protected:
  SyncVars() {
    map_shadow();
    before_ = sync_vars_in_use();
    one_ = new_strand(nullptr);
    two_ = new_strand(nullptr);
  }
  ~SyncVars() override {
    context_end(one_);
    context_end(two_);
    forget_meta(at(0), sizeof(g_area));
    EXPECT_EQ(sync_vars_in_use(), before_) << "sync vars leaked";
  }
  size_t in_use() const { return sync_vars_in_use() - before_; }
  bool two_knows_epoch(uint32_t epoch) const { return two_->clock.get(one_->slot) >= epoch; }

  size_t before_;
  Context* one_;
  Context* two_;
};

TEST_F(SyncVars, AcquireOfNothingMakesNothing) {
  acquire(one_, at(0));
  EXPECT_EQ(in_use(), 0u);
}

TEST_F(SyncVars, AcquireSeesTheRelease) {
  const uint32_t epoch = one_->epoch;
  release(one_, at(0));
  EXPECT_EQ(one_->epoch, epoch + 1);
  acquire(two_, at(0));
  EXPECT_TRUE(two_knows_epoch(epoch));
  EXPECT_FALSE(two_knows_epoch(epoch + 1));
}

TEST_F(SyncVars, ReleaseForgetsWhatWasThereAndMergeKeepsIt) {
  const uint32_t epoch = one_->epoch;
  release(one_, at(0));
  release_merge(two_, at(0));
  Context* third = new_strand(nullptr);
  acquire(third, at(0));
  EXPECT_GE(third->clock.get(one_->slot), epoch);
  EXPECT_NE(third->clock.get(two_->slot), 0u);
  release(two_, at(0));
  Context* fourth = new_strand(nullptr);
  acquire(fourth, at(0));
  EXPECT_EQ(fourth->clock.get(one_->slot), 0u);
  context_end(third);
  context_end(fourth);
}

TEST_F(SyncVars, ReadersDoNotOrderEachOtherButTheNextWriter) {
  const uint32_t epoch = one_->epoch;
  acquire_shared(one_, at(0));
  release_shared(one_, at(0));
  acquire_shared(two_, at(0));
  EXPECT_FALSE(two_knows_epoch(epoch));
  release_shared(two_, at(0));
  acquire_exclusive(two_, at(0));
  EXPECT_TRUE(two_knows_epoch(epoch));
}

// What readers released is an object of its own beside the lock's.
TEST_F(SyncVars, TheReadersHalfEndsWithTheLock) {
  const uint32_t epoch = one_->epoch;
  release_shared(one_, at(0));
  EXPECT_EQ(in_use(), 2u);
  forget_sync_vars(at(8), 64);
  EXPECT_EQ(in_use(), 2u);
  forget_sync_vars(at(0), 4);
  EXPECT_EQ(in_use(), 0u);
  release_shared(two_, at(0));
  acquire_exclusive(two_, at(0));
  EXPECT_FALSE(two_knows_epoch(epoch)) << "of the lock that was here before";
  // A writer takes what readers released once.
  const uint32_t later = one_->epoch;
  release_shared(one_, at(0));
  acquire(two_, at(0));
  EXPECT_FALSE(two_knows_epoch(later));
  acquire_exclusive(two_, at(0));
  EXPECT_TRUE(two_knows_epoch(later));
  forget_meta(at(0), 16);
  EXPECT_EQ(in_use(), 0u);
}

TEST_F(SyncVars, NeighboursInOneGranuleAreTheirOwnObjects) {
  const uint32_t epoch = one_->epoch;
  release(one_, at(0));
  acquire(two_, at(4));
  EXPECT_FALSE(two_knows_epoch(epoch));
  release(one_, at(4));
  EXPECT_EQ(in_use(), 2u);
  forget_sync_vars(at(4), 4);
  EXPECT_EQ(in_use(), 1u);
  acquire(two_, at(4));
  EXPECT_FALSE(two_knows_epoch(epoch));
  acquire(two_, at(0));
  EXPECT_TRUE(two_knows_epoch(epoch));
}

TEST_F(SyncVars, RecycledMemoryForgetsItsObjects) {
  for (size_t i = 0; i < sizeof(g_area); i += 512) release(one_, at(i));
  EXPECT_EQ(in_use(), sizeof(g_area) / 512);
  forget_sync_vars(at(512), sizeof(g_area) - 1024);
  EXPECT_EQ(in_use(), 2u);
}

TEST_F(SyncVars, ThreadsThatMeetOnANewObjectGetTheSameOne) {
  constexpr int kObjects = 5000;
  std::vector<std::vector<SyncVar*>> seen(2);
  std::vector<std::thread> threads;
  for (size_t who = 0; who < 2; ++who) {
    threads.emplace_back([&, who] {
      for (size_t i = 0; i < kObjects; ++i) {
        with_sync_var(at(i * 4), [&](SyncVar& sync_var) { seen[who].push_back(&sync_var); });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(in_use(), size_t{kObjects});
}

TEST_F(SyncVars, AnAcquireInTheLastEpochIsNotTakenForTheNextOwnersOfTheSlot) {
  // Found by shadow_oracle_test: a strand acquired a merged clock in an epoch in which it did nothing else, and ended.
  // The next owner of its slot passed for one that knew that clock.
  Context* stranger = new_strand(nullptr);
  const uint32_t epoch = stranger->epoch;
  release_merge(one_, at(0));
  release_merge(stranger, at(0));
  Context* child = new_strand(two_);
  release(child, at(64));
  acquire(two_, at(64));  // knows all of child but its last epoch
  acquire(child, at(0));
  context_end(child);
  Context* next = new_strand(two_);
  acquire(next, at(0));
  EXPECT_GE(next->clock.get(stranger->slot), epoch);
  context_end(next);
  context_end(stranger);
}

TEST(HeapCells, ShareAGranuleWithSyncVars) {
  map_shadow();
  Context* strand = new_strand(nullptr);
  const size_t before = sync_vars_in_use();
  ASSERT_TRUE(put_heap_cell({.address = at(64), .bytes = 100, .allocated_at = 7, .strand = 3}));
  release(strand, at(64));
  release(strand, at(68));
  HeapCell cell;
  ASSERT_TRUE(get_heap_cell(at(64), &cell));
  EXPECT_EQ(cell.bytes, 100u);
  forget_sync_vars(at(64), 100);
  EXPECT_EQ(sync_vars_in_use(), before);
  ASSERT_TRUE(put_heap_cell({.address = at(64), .bytes = 200, .allocated_at = 8, .strand = 3})) << "replaces";
  ASSERT_TRUE(take_heap_cell(at(64), &cell));
  EXPECT_EQ(cell.bytes, 200u);
  EXPECT_FALSE(get_heap_cell(at(64), &cell));
  context_end(strand);
}

// Cells are packed, and two of one meta granule's blocks differ in a bit.
TEST(HeapCells, NeighboursKeepAllThatIsKnownOfThem) {
  map_shadow();
  const size_t sizes[] = {0, 1, (size_t{1} << 36) - 1, size_t{1} << 36, (size_t{1} << 46) - 1};
  for (const size_t bytes : sizes) {
    ASSERT_TRUE(put_heap_cell({.address = at(32), .bytes = bytes, .allocated_at = 1, .strand = (1u << 28) - 1}));
    ASSERT_TRUE(put_heap_cell({.address = at(40), .bytes = 7, .allocated_at = (1u << 20) - 1, .strand = 2}));
    mark_heap_cell_freed(at(40));
    HeapCell lower, upper;
    ASSERT_TRUE(get_heap_cell(at(32), &lower));
    ASSERT_TRUE(get_heap_cell(at(40), &upper));
    EXPECT_EQ(lower.address, at(32));
    EXPECT_EQ(lower.bytes, bytes);
    EXPECT_EQ(lower.allocated_at, 1u);
    EXPECT_EQ(lower.strand, (1u << 28) - 1);
    EXPECT_FALSE(lower.is_freed);
    EXPECT_EQ(upper.address, at(40));
    EXPECT_EQ(upper.bytes, 7u);
    EXPECT_EQ(upper.allocated_at, (1u << 20) - 1);
    EXPECT_EQ(upper.strand, 2u);
    EXPECT_TRUE(upper.is_freed);
    EXPECT_FALSE(get_heap_cell(at(48), &upper));
    // A block of both: its cell replaces the first one, the other is inside it.
    begin_heap_block({.address = at(32), .bytes = 24}, 24);
    EXPECT_TRUE(get_heap_cell(at(32), &lower));
    EXPECT_EQ(lower.bytes, 24u);
    EXPECT_FALSE(get_heap_cell(at(40), &upper));
    // A block in the next granule, in the same half of it.
    put_heap_cell({.address = at(64), .bytes = 3});
    begin_heap_block({.address = at(48), .bytes = 32}, 32);
    EXPECT_FALSE(get_heap_cell(at(64), &upper));
    forget_meta(at(0), 128);
  }
}

TEST(HeapCells, TheBlockAroundAnAddressIsFound) {
  map_shadow();
  HeapCell cell;
  EXPECT_FALSE(previous_heap_cell(at(300000), 200000, &cell));
  put_heap_cell({.address = at(128), .bytes = 500000});
  put_heap_cell({.address = at(700000), .bytes = 10});
  ASSERT_TRUE(previous_heap_cell(at(300000), size_t{1} << 30, &cell));
  EXPECT_EQ(cell.address, at(128));
  ASSERT_TRUE(previous_heap_cell(at(128), size_t{1} << 30, &cell));
  EXPECT_EQ(cell.address, at(128));
  ASSERT_TRUE(previous_heap_cell(at(700005), size_t{1} << 30, &cell));
  EXPECT_EQ(cell.address, at(700000));
  EXPECT_FALSE(previous_heap_cell(at(300000), 1000, &cell));
  forget_meta(at(0), sizeof(g_area));
  EXPECT_FALSE(previous_heap_cell(at(700005), 600000, &cell));
}

TEST(HeapCells, EqualAMapOnRandomOperations) {
  map_shadow();
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  std::map<uintptr_t, size_t> model;
  for (int step = 0; step < 200000; ++step) {
    const uintptr_t address = at(random() % 4096 * 8);
    HeapCell cell;
    switch (random() % 5) {
      case 0:
        ASSERT_EQ(take_heap_cell(address, &cell), model.erase(address) == 1);
        break;
      case 1:
      case 2:
        put_heap_cell({.address = address, .bytes = static_cast<size_t>(step)});
        model[address] = static_cast<size_t>(step);
        break;
      case 3: {
        const auto entry = model.find(address);
        ASSERT_EQ(get_heap_cell(address, &cell), entry != model.end());
        ASSERT_TRUE(entry == model.end() || cell.bytes == entry->second);
        break;
      }
      default:
        if (random() % 200 == 0) {
          const size_t bytes = random() % 20000;
          forget_meta(address, bytes);
          model.erase(model.lower_bound(address), model.lower_bound(address + bytes));
        }
    }
  }
  forget_meta(at(0), sizeof(g_area));
}

}  // namespace
}  // namespace gorace::detector::testing
