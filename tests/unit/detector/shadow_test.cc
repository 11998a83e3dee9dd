#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "detector/shadow/access.h"
#include "detector/shadow/address_layout.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/large_history.h"
#include "detector/shadow/record.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

class Shadow : public ::testing::Test {
 protected:
  Shadow() {
    map_shadow();
    reset_memory(memory_, sizeof(memory_));
    take_races();
    records_before_ = shadow_records_in_use();
    main_ = new_strand(nullptr, StrandKind::kThread);
  }
  ~Shadow() override {
    reset_memory(memory_, sizeof(memory_));
    for (Context* context : spawned_) context_end(context);
    context_end(main_);
    context_forget(main_);
    EXPECT_EQ(records(), 0u) << "records leaked";
  }

  size_t records() const { return shadow_records_in_use() - records_before_; }
  Context* spawn() {
    spawned_.push_back(new_strand(main_));
    return spawned_.back();
  }
  // Everything `from` has done happens before what `to` does next.
  void order(Context* from, Context* to) {
    release(from, reinterpret_cast<uintptr_t>(&token_));
    acquire(to, reinterpret_cast<uintptr_t>(&token_));
  }
  static uint64_t word(const void* address, int index) {
    return shadow_words(reinterpret_cast<uintptr_t>(address))[index];
  }
  // What instrumented code asks before it calls.
  static bool passes_inline(const Context* context, const void* address, size_t bytes, bool is_write) {
    const uint64_t mask = ((uint64_t{1} << bytes) - 1) << (reinterpret_cast<uintptr_t>(address) & 7);
    return ((word(address, is_write ? 0 : 1) ^ context->current) & (GORACE_IDENTITY_MASK | mask)) == 0;
  }

  alignas(4096) static char memory_[1 << 20];
  int token_ = 0;
  size_t records_before_;
  Context* main_;
  std::vector<Context*> spawned_;
};
alignas(4096) char Shadow::memory_[1 << 20];

TEST_F(Shadow, SameEpochAccessPassesTheInlineCheck) {
  write_to(main_, memory_, 4);
  EXPECT_TRUE(passes_inline(main_, memory_, 4, true));
  EXPECT_TRUE(passes_inline(main_, memory_ + 2, 2, true));
  EXPECT_FALSE(passes_inline(main_, memory_ + 4, 4, true));
  context_advance_epoch(main_);
  EXPECT_FALSE(passes_inline(main_, memory_, 4, true));
}

TEST_F(Shadow, ReadAfterOwnWritePassesTheSecondTime) {
  write_to(main_, memory_, 8);
  read_from(main_, memory_, 8);
  EXPECT_TRUE(passes_inline(main_, memory_, 8, false));
}

TEST_F(Shadow, UnorderedWritesRace) {
  Context* first = spawn();
  Context* second = spawn();
  write_to(first, memory_ + 4, 4, 10);
  write_to(second, memory_, 8, 11);
  const auto races = take_races();
  ASSERT_EQ(races.size(), 1u);
  EXPECT_EQ(races[0].address, reinterpret_cast<uintptr_t>(memory_ + 4));
  EXPECT_EQ(races[0].bytes, 8u);
  EXPECT_EQ(races[0].present_id, second->id);
  EXPECT_EQ(races[0].previous_id, first->id);
  EXPECT_EQ(races[0].present_origin, origin_at(11));
  EXPECT_EQ(races[0].previous_origin, origin_at(10));
  EXPECT_TRUE(races[0].present_is_write);
  EXPECT_TRUE(races[0].previous_is_write);
}

TEST_F(Shadow, NeighbouringBytesDoNotRace) {
  Context* first = spawn();
  Context* second = spawn();
  for (int i = 0; i < 8; i += 2) {
    write_to(first, memory_ + i, 1);
    write_to(second, memory_ + i + 1, 1);
  }
  EXPECT_TRUE(take_races().empty());
  EXPECT_EQ(records(), 1u);
}

TEST_F(Shadow, ReadsDoNotRaceWithEachOtherButEachWithALaterWrite) {
  std::vector<Context*> readers;
  for (int i = 0; i < 20; ++i) readers.push_back(spawn());
  Context* writer = spawn();
  for (size_t i = 0; i < readers.size(); ++i) read_from(readers[i], memory_, 8, 100 + i);
  EXPECT_TRUE(take_races().empty());
  write_to(writer, memory_, 8);
  EXPECT_EQ(take_races().size(), readers.size());
}

TEST_F(Shadow, SharedReadsPassTheInlineCheckWhileNobodyElseReads) {
  Context* first = spawn();
  Context* second = spawn();
  read_from(first, memory_, 8);
  read_from(second, memory_, 8);
  EXPECT_TRUE(passes_inline(second, memory_, 8, false));
}

TEST_F(Shadow, RepeatedSharedReadsWriteNothing) {
  Context* first = spawn();
  Context* second = spawn();
  read_from(first, memory_, 8);
  read_from(second, memory_, 8);
  const uint64_t hint = word(memory_, 1);
  read_from(first, memory_, 8, 7);
  read_from(first, memory_ + 4, 4, 7);
  EXPECT_EQ(word(memory_, 1), hint);
  // ... but what is new in some way goes on record: a wider read, one in a new epoch, a write.
  read_from(first, memory_ + 8, 4);
  read_from(second, memory_ + 8, 4);
  read_from(first, memory_ + 8, 8);
  write_to(main_, memory_ + 12, 4);
  EXPECT_EQ(take_races().size(), 1u);
  order(second, first);
  read_from(second, memory_, 8);
  write_to(first, memory_, 8);
  EXPECT_EQ(take_races().size(), 1u);
}

TEST_F(Shadow, ARaceIsFoundAmongAnyNumberOfOrderedReaders) {
  // TSan's four cells lose this one (shared/reference: eviction).
  Context* racy = spawn();
  read_from(racy, memory_, 8, 50);
  for (int i = 0; i < 100; ++i) {
    Context* reader = spawn();
    read_from(reader, memory_, 8, 60);
    order(reader, main_);
  }
  write_to(main_, memory_, 8, 51);
  const auto races = take_races();
  ASSERT_EQ(races.size(), 1u);
  EXPECT_EQ(races[0].previous_origin, origin_at(50));
}

TEST_F(Shadow, ReadsThatAreOrderedByNowLeaveTheRecordAgain) {
  std::vector<Context*> readers = {spawn(), spawn(), spawn()};
  for (Context* reader : readers) read_from(reader, memory_, 8);
  access_granule(main_, reinterpret_cast<uintptr_t>(memory_), 8, false, origin_at(2));
  EXPECT_EQ(records(), 1u);
  for (Context* reader : readers) order(reader, main_);
  context_advance_epoch(main_);
  access_granule(main_, reinterpret_cast<uintptr_t>(memory_), 8, false, origin_at(2));
  EXPECT_EQ(records(), 0u);
}

TEST_F(Shadow, OtherRacesOnTheGranuleAreStillReportedAfterOne) {
  Context* first = spawn();
  Context* second = spawn();
  Context* third = spawn();
  write_to(first, memory_, 8, 20);
  write_to(second, memory_, 8, 21);
  EXPECT_EQ(take_races().size(), 1u);
  order(second, third);  // third follows second, and races with first only
  write_to(third, memory_, 8, 22);
  const auto races = take_races();
  ASSERT_EQ(races.size(), 1u);
  EXPECT_EQ(races[0].previous_origin, origin_at(20));
}

TEST_F(Shadow, ArrayWrittenInPiecesByAWorkerGoesBackToItsTwoWords) {
  write_to(main_, memory_, 4096, 30);
  Context* worker = spawn();
  for (int i = 0; i < 4096; i += 4) write_to(worker, memory_ + i, 4, 31);
  EXPECT_TRUE(take_races().empty());
  EXPECT_EQ(records(), 0u);
}

TEST_F(Shadow, CompositeOriginNamesTheRightStackForEachByte) {
  Context* first = spawn();
  write_to(first, memory_, 4, 40);
  write_to(first, memory_ + 4, 2, 41);
  write_to(first, memory_ + 5, 3, 42);
  Context* second = spawn();
  write_to(second, memory_, 8, 43);
  const auto races = take_races();
  ASSERT_EQ(races.size(), 3u);
  EXPECT_EQ(races[0].address, reinterpret_cast<uintptr_t>(memory_));
  EXPECT_EQ(races[0].previous_origin, origin_at(40));
  EXPECT_EQ(races[1].address, reinterpret_cast<uintptr_t>(memory_ + 4));
  EXPECT_EQ(races[1].previous_origin, origin_at(41));
  EXPECT_EQ(races[2].address, reinterpret_cast<uintptr_t>(memory_ + 5));
  EXPECT_EQ(races[2].previous_origin, origin_at(42));
}

TEST_F(Shadow, AtomicAccessesRaceOnlyWithPlainOnes) {
  Context* first = spawn();
  Context* second = spawn();
  atomic_write_to(first, memory_, 4, 50);
  atomic_write_to(second, memory_, 4, 51);
  EXPECT_TRUE(take_races().empty());
  // Both of the counter's users are unordered with a plain read.
  read_from(main_, memory_, 4, 52);
  EXPECT_EQ(take_races().size(), 2u);
}

TEST_F(Shadow, AnAtomicAccessDoesNotHideThePlainOneBeforeIt) {
  Context* first = spawn();
  Context* second = spawn();
  write_to(first, memory_, 4, 60);
  order(first, second);
  atomic_write_to(second, memory_, 4, 61);
  Context* third = spawn();
  atomic_read_from(third, memory_, 4, 62);
  const auto races = take_races();
  ASSERT_EQ(races.size(), 1u);
  EXPECT_EQ(races[0].previous_origin, origin_at(60));
}

TEST_F(Shadow, AnAtomicReadDoesNotPassForAPlainOne) {
  Context* first = spawn();
  atomic_read_from(first, memory_, 4);
  EXPECT_FALSE(passes_inline(first, memory_, 4, false));
  atomic_write_to(first, memory_, 4);
  EXPECT_FALSE(passes_inline(first, memory_, 4, true));
}

TEST_F(Shadow, RangesOfAnySizeAndAlignmentCoverExactlyTheirBytes) {
  Context* first = spawn();
  Context* second = spawn();
  for (size_t start = 0; start < 9; ++start) {
    for (size_t bytes = 1; bytes < 40; ++bytes) {
      reset_memory(memory_, 64);
      write_to(first, memory_ + start, bytes);
      for (size_t i = 0; i < 64; ++i) {
        write_to(second, memory_ + i, 1);
        const bool inside = i >= start && i < start + bytes;
        ASSERT_EQ(take_races().size(), inside ? 1u : 0u) << start << " " << bytes << " " << i;
      }
    }
  }
}

TEST_F(Shadow, ResetForgetsExactlyItsBytes) {
  Context* first = spawn();
  Context* second = spawn();
  for (size_t start = 0; start < 9; ++start) {
    for (size_t bytes = 1; bytes < 30; ++bytes) {
      reset_memory(memory_, 64);
      write_to(first, memory_, 64);
      reset_memory(memory_ + start, bytes);
      for (size_t i = 0; i < 64; ++i) {
        read_from(second, memory_ + i, 1);
        const bool inside = i >= start && i < start + bytes;
        ASSERT_EQ(take_races().size(), inside ? 0u : 1u) << start << " " << bytes << " " << i;
      }
    }
  }
}

TEST_F(Shadow, ResetOfLargeRangesFreesRecordsAndForgets) {
  Context* first = spawn();
  Context* second = spawn();
  for (size_t i = 0; i < sizeof(memory_); i += 1000) {
    read_from(first, memory_ + i, 1, i + 1);  // lines of their own, so that no two histories are the same
    read_from(second, memory_ + i, 1, i + 2);
  }
  EXPECT_GT(records(), 1000u);
  reset_memory(memory_ + 3, sizeof(memory_) - 3);
  EXPECT_EQ(records(), 1u);  // byte 0
  write_to(main_, memory_ + 8, sizeof(memory_) - 8);
  EXPECT_TRUE(take_races().empty());
}

TEST_F(Shadow, ArrayReadByManyHasFewRecords) {
  constexpr size_t kArray = 64 << 10;
  for (const int readers : {2, 5, 100}) {
    write_to(main_, memory_, kArray);
    for (int i = 0; i < readers; ++i) {
      Context* reader = spawn();
      for (size_t at = 0; at < kArray; at += 8) read_from(reader, memory_ + at, 8);
    }
    EXPECT_TRUE(take_races().empty());
    EXPECT_LT(records(), static_cast<size_t>(10 * readers));
    Context* writer = spawn();
    for (size_t at = 0; at < kArray; at += 1000) {
      write_to(writer, memory_ + at, 1);
      EXPECT_FALSE(take_races().empty()) << at;
    }
    reset_memory(memory_, kArray);
    EXPECT_EQ(records(), 0u);
  }
}

TEST_F(Shadow, ChangeOfASharedHistoryConcernsItsGranuleOnly) {
  constexpr size_t kArray = 80;
  Context* readers[] = {spawn(), spawn()};
  for (Context* reader : readers) read_from(reader, memory_, kArray);
  ASSERT_EQ(word(memory_ + 40, 0), word(memory_ + 48, 0)) << "not shared";
  for (Context* reader : readers) order(reader, main_);
  write_to(main_, memory_ + 40, 8);  // replaces both reads
  reset_memory(memory_ + 58, 2);     // of the granule at 56
  EXPECT_TRUE(take_races().empty());
  Context* stranger = new_strand(nullptr);
  spawned_.push_back(stranger);
  for (size_t at = 0; at < kArray; ++at) {
    read_from(stranger, memory_ + at, 1);
    EXPECT_EQ(take_races().size(), at / 8 == 5 ? 1u : 0u) << at;  // the write is main's
    write_to(stranger, memory_ + at, 1);
    const size_t races = take_races().size();
    if (at == 58 || at == 59) {
      EXPECT_EQ(races, 0u) << at;
    } else {
      EXPECT_GE(races, 1u) << at;
    }
  }
}

// A tag stands for one content for ever, so a record that is out of versions is left behind.
TEST_F(Shadow, RecordOutOfVersionsIsReplaced) {
  Context* readers[] = {spawn(), spawn()};
  for (Context* reader : readers) read_from(reader, memory_, 4);
  const uint64_t tag = word(memory_, 0);
  ASSERT_TRUE(is_tagged(tag));
  record_at(tagged_record(tag)).version = kRecordVersions - 2;
  read_from(readers[0], memory_ + 4, 1);
  EXPECT_EQ(word(memory_, 0), make_tag(tagged_record(tag), kRecordVersions - 1)) << "the last version";
  read_from(readers[0], memory_ + 5, 1);
  EXPECT_NE(tagged_record(word(memory_, 0)), tagged_record(tag));
  write_to(main_, memory_ + 5, 1);
  EXPECT_EQ(take_races().size(), 1u);
  reset_memory(memory_, 8);
  EXPECT_EQ(records(), 1u) << "the one left behind";
  ++records_before_;
}

TEST_F(Shadow, TenThousandUnorderedReadersAndAWriter) {
  std::vector<Context*> readers;
  for (int i = 0; i < 10000; ++i) readers.push_back(spawn());
  for (int round = 0; round < 3; ++round) {
    for (Context* reader : readers) {
      read_from(reader, memory_, 8, 70);
      release(reader, reinterpret_cast<uintptr_t>(&token_));
    }
  }
  for (size_t i = 0; i + 1 < readers.size(); ++i) {
    release_merge(readers[i], reinterpret_cast<uintptr_t>(memory_ + 64));
  }
  acquire(main_, reinterpret_cast<uintptr_t>(memory_ + 64));
  write_to(main_, memory_, 8, 71);
  const auto races = take_races();
  ASSERT_EQ(races.size(), 1u);
  EXPECT_EQ(races[0].previous_id, readers.back()->id);
  order(readers.back(), main_);
  write_to(main_, memory_, 8, 71);
  EXPECT_TRUE(take_races().empty());
  EXPECT_EQ(records(), 0u);
  forget_sync_vars(reinterpret_cast<uintptr_t>(memory_ + 64), 8);
}

// Two fields of one granule, read by many strands in epoch after epoch: the history must not grow with time.
TEST_F(Shadow, ReadersOfTwoFieldsInTurnKeepTheHistorySmall) {
  constexpr int kReaders = 8;
  std::vector<Context*> readers;
  for (int i = 0; i < kReaders; ++i) readers.push_back(spawn());
  for (int epoch = 0; epoch < 200; ++epoch) {
    for (Context* reader : readers) {
      read_from(reader, memory_, 4);
      if (epoch % 3 != 0) read_from(reader, memory_ + 5, 1);
      order(reader, reader);  // a new epoch
    }
  }
  ASSERT_TRUE(is_tagged(word(memory_, 0)));
  size_t entries = 0;
  record_at(tagged_record(word(memory_, 0))).table->for_each([&](uint64_t, bool) { ++entries; });
  EXPECT_LE(entries, size_t{2 * kReaders});
  for (const int byte : {0, 3, 5}) {
    write_to(main_, memory_ + byte, 1);
    EXPECT_FALSE(take_races().empty()) << "byte " << byte;
  }
}

TEST_F(Shadow, AccessFromASignalHandlerInsideTheGranulesLockIsDroppedAndCounted) {
  const uint64_t before = losses().nested_accesses_dropped;
  thread_state().locked_granule = shadow_words(reinterpret_cast<uintptr_t>(memory_));
  write_to(main_, memory_, 8);
  thread_state().locked_granule = nullptr;
  EXPECT_EQ(losses().nested_accesses_dropped, before + 1);
  EXPECT_EQ(word(memory_, 0), 0u);
}

TEST_F(Shadow, FreedMemoryIsOrderedBeforeNothingUntilItIsReset) {
  constexpr uintptr_t kFree = 77;
  free_memory(main_, memory_, 64, origin_at(kFree, AccessKind::kFree));
  read_from(main_, memory_ + 3, 1);
  Context* child = new_strand(main_);
  write_to(child, memory_ + 60, 4);
  read_from(child, memory_ + 64, 8);  // beyond it
  const std::vector<SeenRace> races = take_races();
  ASSERT_EQ(races.size(), 2u);
  for (const SeenRace& race : races) {
    EXPECT_EQ(race.previous_id, main_->id);
    EXPECT_EQ(race.previous_origin, origin_at(kFree, AccessKind::kFree));
    EXPECT_TRUE(race.previous_is_write);
  }
  EXPECT_EQ(races[0].address, reinterpret_cast<uintptr_t>(memory_) + 3);
  EXPECT_EQ(races[1].present_id, child->id);
  reset_memory(memory_, 64);
  write_to(main_, memory_, 64);
  EXPECT_TRUE(take_races().empty());
  context_end(child);
}

TEST_F(Shadow, GranulesLockedByOtherThreadsAreFreedInTheChildOfAFork) {
  uint64_t* words = shadow_words(reinterpret_cast<uintptr_t>(memory_));
  std::thread([&] { lock_granule(thread_state(), words); }).join();
  shadow_after_fork();
  write_to(main_, memory_, 8);
  EXPECT_EQ(word(memory_, 0) & GORACE_IDENTITY_MASK, main_->current & GORACE_IDENTITY_MASK);
}

TEST(AddressLayout, RangesThatShareShadowAreFound) {
  const AddressRange apart[] = {{0x555555554000, 0x555555560000}, {0x7ffff7c00000, 0x7ffff7e00000}};
  EXPECT_FALSE(ranges_fold_together(apart, 2));
  const AddressRange folding[] = {{0x655555554000, 0x655555560000}, {0x755555550000, 0x755555558000}};
  EXPECT_TRUE(ranges_fold_together(folding, 2));
  EXPECT_FALSE(layout_folds_onto_itself());
}

}  // namespace
}  // namespace gorace::detector::testing
