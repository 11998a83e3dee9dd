// Reads that stand in lanes beside the record (detector/shadow/read_lanes.h): none is lost, and none is seen twice.
#include "detector/shadow/read_lanes.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "detector/shadow/access.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/crew.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/rendezvous.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

alignas(64) char g_memory[64];
alignas(64) char g_objects[64];
constexpr int kReadsToLanes = 4 * Record::kFirstLanesAfter;

uint64_t tag() { return *shadow_words(reinterpret_cast<uintptr_t>(g_memory)); }
uintptr_t object(int i) { return reinterpret_cast<uintptr_t>(g_objects + 4 * i); }

class ReadLanes : public ::testing::Test {
 protected:
  ReadLanes() {
    take_races();
    reset_memory(g_memory, sizeof(g_memory));
    creator_ = new_strand(nullptr, StrandKind::kThread);
  }
  ~ReadLanes() override {
    for (Context* strand : strands_) context_end(strand);
    context_end(creator_);
    context_forget(creator_);
    reset_memory(g_memory, sizeof(g_memory));
    forget_sync_vars(reinterpret_cast<uintptr_t>(g_objects), sizeof(g_objects));
  }

  Context* add_strand() {
    strands_.push_back(new_strand(creator_));
    return strands_.back();
  }

  // read_anew reads in an epoch of its own.
  void read_anew(Crew& crew, size_t who, Context* strand, uintptr_t place, size_t offset = 0, size_t bytes = 8) {
    crew.run(who, [=] {
      context_advance_epoch(strand);
      read_from(strand, g_memory + offset, bytes, place);
    });
  }

  // read_until_laned has the strands, each on a thread of its own, read by turns until they do it in lanes.
  void read_until_laned(Crew& crew) {
    for (int i = 0; i < kReadsToLanes; ++i) {
      for (size_t who = 0; who < strands_.size(); ++who) read_anew(crew, who, strands_[who], 10 + who);
    }
    const uint64_t before = tag();
    ASSERT_TRUE(is_tagged(before));
    for (size_t who = 0; who < strands_.size(); ++who) read_anew(crew, who, strands_[who], 10 + who);
    ASSERT_EQ(tag(), before) << "a read has changed the record";
  }

  Context* creator_;
  std::vector<Context*> strands_;
};

std::multiset<uintptr_t> places(const std::vector<SeenRace>& races) {
  std::multiset<uintptr_t> places;
  for (const SeenRace& race : races) places.insert(origin_info(race.previous_origin).frames[0] - 0x400000);
  return places;
}

TEST_F(ReadLanes, AWriteRacesWithTheLatestReadOfEach) {
  for (const size_t readers : {2u, 3u, 12u}) {  // 12: more than a small record holds
    SCOPED_TRACE(readers);
    reset_memory(g_memory, sizeof(g_memory));
    strands_.clear();
    Crew crew(readers);
    std::multiset<uintptr_t> expected;
    for (size_t who = 0; who < readers; ++who) {
      add_strand();
      expected.insert(100 + who);
    }
    read_until_laned(crew);
    for (size_t who = 0; who < readers; ++who) read_anew(crew, who, strands_[who], 100 + who);
    Context* writer = new_strand(creator_);
    write_to(writer, g_memory, 8);
    EXPECT_EQ(places(take_races()), expected);
    context_end(writer);
    for (Context* strand : strands_) context_end(strand);
    strands_.clear();
  }
}

TEST_F(ReadLanes, AWriteAfterAllReadsIsInOrder) {
  Crew crew(2);
  add_strand();
  add_strand();
  read_until_laned(crew);
  for (int i = 0; i < 2; ++i) {
    release(strands_[static_cast<size_t>(i)], object(i));
    acquire(creator_, object(i));
  }
  write_to(creator_, g_memory, 8);
  EXPECT_TRUE(take_races().empty());
}

TEST_F(ReadLanes, AWriteAfterAllButTheLatestReadRaces) {
  Crew crew(2);
  Context* first = add_strand();
  add_strand();
  read_until_laned(crew);
  for (int i = 0; i < 2; ++i) {
    release(strands_[static_cast<size_t>(i)], object(i));
    acquire(creator_, object(i));
  }
  read_anew(crew, 0, first, 100);
  write_to(creator_, g_memory, 8);
  EXPECT_EQ(places(take_races()), std::multiset<uintptr_t>({100}));
}

TEST_F(ReadLanes, AStrandThatMovesBetweenThreadsIsSeenOnce) {
  Crew crew(3);
  Context* moving = add_strand();
  add_strand();
  read_until_laned(crew);
  read_anew(crew, 2, moving, 100);
  read_anew(crew, 0, moving, 101);
  read_anew(crew, 2, moving, 102);
  release(strands_[1], object(1));
  acquire(creator_, object(1));
  write_to(creator_, g_memory, 8);
  EXPECT_EQ(places(take_races()), std::multiset<uintptr_t>({102}));
}

TEST_F(ReadLanes, PartsOfAGranuleReadInTurnAreAllSeen) {
  Crew crew(2);
  Context* first = add_strand();
  add_strand();
  read_until_laned(crew);
  for (int i = 0; i < kReadsToLanes; ++i) {
    read_anew(crew, 0, first, 100, 0, 4);
    crew.run(0, [=] { read_from(first, g_memory + 4, 4, 101); });
  }
  release(strands_[1], object(1));
  acquire(creator_, object(1));
  write_to(creator_, g_memory + 4, 4);
  EXPECT_EQ(places(take_races()), std::multiset<uintptr_t>({101}));
  write_to(creator_, g_memory, 4);
  EXPECT_EQ(places(take_races()), std::multiset<uintptr_t>({100}));
}

TEST_F(ReadLanes, ReadsOfAThreadThatIsGoneStay) {
  Context* gone = add_strand();
  add_strand();
  {
    Crew crew(2);
    read_until_laned(crew);
    read_anew(crew, 0, gone, 100);
  }
  // Threads that may take over what the detector kept for those.
  Crew others(2);
  for (size_t who = 0; who < 2; ++who) {
    Context* strand = new_strand(creator_);
    others.run(who, [=] { read_from(strand, g_memory, 8, 200); });
    release(strand, object(2));
    acquire(creator_, object(2));
    context_end(strand);
  }
  release(strands_[1], object(1));
  acquire(creator_, object(1));
  write_to(creator_, g_memory, 8);
  EXPECT_EQ(places(take_races()), std::multiset<uintptr_t>({100}));
}

TEST_F(ReadLanes, AResetForgetsThem) {
  Crew crew(2);
  add_strand();
  add_strand();
  read_until_laned(crew);
  reset_memory(g_memory, sizeof(g_memory));
  write_to(creator_, g_memory, 8);
  EXPECT_TRUE(take_races().empty());
}

TEST_F(ReadLanes, AResetOfAPartKeepsTheRest) {
  Crew crew(2);
  add_strand();
  add_strand();
  read_until_laned(crew);
  reset_memory(g_memory, 4);
  write_to(creator_, g_memory, 4);
  EXPECT_TRUE(take_races().empty());
  write_to(creator_, g_memory + 4, 4);
  EXPECT_EQ(places(take_races()), std::multiset<uintptr_t>({10, 11}));
}

// What EveryReadThatMeetsAWriteIsFound seldom meets: the collector begins after the owner has looked at the tag.
TEST_F(ReadLanes, AnOwnerSeesThatALaneIsBeingCollected) {
  Crew crew(2);
  add_strand();
  add_strand();
  read_until_laned(crew);
  const uint64_t laned = tag();
  uint64_t* words = shadow_words(reinterpret_cast<uintptr_t>(g_memory));
  crew.run(0, [=] {
    ReadLane& lane = read_lane_slot(thread_state(), laned);
    EXPECT_TRUE(exchange_in_lane(lane, words, lane.latest));
    const uint64_t word = lock_granule(thread_state(), words);
    EXPECT_FALSE(exchange_in_lane(lane, words, lane.latest));
    unlock_granule(thread_state(), words, word);
  });
}

// The owner of a lane, which reads in one epoch after the other, and the writer that collects it in the midst. The
// write races with the last read before it and with each one after it: the reads that are reported have no gap.
TEST_F(ReadLanes, EveryReadThatMeetsAWriteIsFound) {
  constexpr int kRounds = 1000;
  constexpr size_t kReads = 100;
  constexpr uintptr_t kFirstPlace = 1000;
  int wrong = 0;
  Rendezvous rendezvous(2);
  std::thread writes([&] {
    for (int i = 0; i < kRounds; ++i) {
      rendezvous.wait();
      Context* writer = new_strand(creator_);
      acquire(writer, object(0));
      rendezvous.wait();
      write_to(writer, g_memory, 8);
      rendezvous.wait();
      context_end(writer);
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    reset_memory(g_memory, sizeof(g_memory));
    Context* reader = new_strand(creator_);
    Context* other = new_strand(creator_);
    read_from(other, g_memory, 8);
    for (int read = 0; read < kReadsToLanes; ++read) {
      context_advance_epoch(reader);
      read_from(reader, g_memory, 8);
    }
    release_merge(other, object(0));
    release_merge(reader, object(0));
    rendezvous.wait();
    rendezvous.wait();
    for (uintptr_t read = 0; read < kReads; ++read) {
      context_advance_epoch(reader);
      read_from(reader, g_memory, 8, kFirstPlace + read);
    }
    rendezvous.wait();
    std::set<uintptr_t> raced;
    for (const SeenRace& race : take_races()) {
      const OriginId origin = race.present_is_write ? race.previous_origin : race.present_origin;
      raced.insert(origin_info(origin).frames[0] - 0x400000 - kFirstPlace);
    }
    const bool has_no_gap = !raced.empty() && *raced.rbegin() == kReads - 1 && kReads - *raced.begin() == raced.size();
    wrong += has_no_gap ? 0 : 1;
    context_end(reader);
    context_end(other);
  }
  writes.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gorace::detector::testing
