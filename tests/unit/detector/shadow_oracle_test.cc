// The shadow's state machine against full vector clocks, on random programs.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <iostream>
#include <random>

#include "detector/shadow/access.h"
#include "detector/shadow/atomic_access.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/record.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/crew.h"
#include "tests/unit/detector/entry_call.h"
#include "tests/unit/detector/oracle.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

// Five granules, and a stack of two for each strand.
constexpr size_t kCommon = 40;
constexpr size_t kStackBytes = 16;
constexpr size_t kStacks = 16;
constexpr size_t kMemory = kCommon + kStacks * kStackBytes;
alignas(64) char g_memory[kMemory];
alignas(64) char g_objects[64];
constexpr int kObjects = 5;

struct Strand {
  Context* context;
  size_t number;  // in the oracle
  size_t stack;   // which of the stacks is its own
};

// RandomProgram runs one program on the detector and on the oracle.
class RandomProgram {
 public:
  RandomProgram(uint64_t seed, bool long_epochs, Crew* crew = nullptr)
      : random_(seed), oracle_(kMemory), long_epochs_(long_epochs), crew_(crew) {
    reset_memory(g_memory, sizeof(g_memory));
    forget_sync_vars(reinterpret_cast<uintptr_t>(g_objects), sizeof(g_objects));
    for (size_t stack = 1; stack < kStacks; ++stack) free_stacks_.push_back(stack);
    strands_.push_back({new_strand(nullptr, StrandKind::kThread), oracle_.add_strand(-1), 0});
    first_id_ = strands_[0].context->id;
    // Which mixture of operations this program is made of.
    max_strands_ = 2 + below(9);
    sync_percent_ = 2 + below(60);
    atomic_percent_ = below(3) == 0 ? below(100) : 0;
    write_percent_ = 5 + below(90);
    single_bytes_ = below(2) == 0;
    if (crew != nullptr) {
      // Long stretches of nothing but reads, in which granules get read lanes.
      max_strands_ = 2 + below(3);
      sync_percent_ = 30 + below(40);
      write_percent_ = below(3);
      if (atomic_percent_ > 5) atomic_percent_ = 1;
    }
    wide_percent_ = below(3) == 0 ? 60 : 5;  // many wide accesses: granules share their histories
  }
  ~RandomProgram() {
    for (Strand& strand : strands_) end(strand);
    reset_memory(g_memory, sizeof(g_memory));
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) step();
  }

 private:
  size_t below(size_t n) { return random_() % n; }
  bool chance(size_t percent) { return below(100) < percent; }

  void step() {
    const size_t who = below(strands_.size());
    if (chance(sync_percent_)) {
      synchronise(who);
    } else if (below(400) == 0) {
      const size_t at = below(kMemory);
      const size_t bytes = 1 + below(kMemory - at);
      reset_memory(g_memory + at, bytes);
      oracle_.reset(at, bytes);
    } else {
      access(strands_[who]);
    }
  }

  void synchronise(size_t who) {
    Strand strand = strands_[who];
    const int object = static_cast<int>(below(kObjects));
    const auto address = reinterpret_cast<uintptr_t>(g_objects) + static_cast<size_t>(object) * 4;
    switch (below(14)) {
      case 0:
      case 1:
      case 2:
        acquire(strand.context, address);
        oracle_.acquire(strand.number, object);
        break;
      case 3:
      case 4:
        release(strand.context, address);
        oracle_.release(strand.number, object);
        break;
      case 5:
      case 6:
        release_merge(strand.context, address);
        oracle_.release_merge(strand.number, object);
        break;
      case 7:
        release_acquire(strand.context, address);
        oracle_.release_acquire(strand.number, object);
        break;
      case 12:
      case 13:
        exchange(strand);
        break;
      case 8:
        if (long_epochs_) use_up_epochs(strand);
        break;
      case 9:
      case 10:
        if (strands_.size() < max_strands_) spawn(strand);
        break;
      default:
        if (strands_.size() > 1) end_one(who);
    }
  }

  void use_up_epochs(Strand strand) {
    const auto address = reinterpret_cast<uintptr_t>(g_objects) + 60;
    for (size_t i = below(40000); i > 0; --i) {
      release(strand.context, address);
      oracle_.release(strand.number, 100);
    }
  }

  void exchange(Strand strand) {
    const Strand other = strands_[below(strands_.size())];
    if (other.number == strand.number) return;
    context_exchange(strand.context, other.context);
    oracle_.exchange(strand.number, other.number);
  }

  void spawn(Strand creator) {
    const StrandKind kind = below(4) == 0 ? StrandKind::kThread : StrandKind::kGoroutine;
    const size_t stack = free_stacks_.back();
    free_stacks_.pop_back();
    strands_.push_back(
        {new_strand(creator.context, kind), oracle_.add_strand(static_cast<int>(creator.number)), stack});
    if (kind == StrandKind::kGoroutine) {
      strands_.back().context->own_stack_low = reinterpret_cast<uintptr_t>(g_memory) + stack_at(stack);
      strands_.back().context->own_stack_bytes = kStackBytes;
    }
    EXPECT_EQ(strands_.back().context->id - first_id_, strands_.back().number);
  }

  // A strand ends; another one joins it, or nobody does.
  void end_one(size_t who) {
    const Strand ended = strands_[who];
    strands_[who] = strands_.back();
    strands_.pop_back();
    Strand& waiter = strands_[below(strands_.size())];
    reset_memory(g_memory + stack_at(ended.stack), kStackBytes);
    oracle_.reset(stack_at(ended.stack), kStackBytes);
    free_stacks_.push_back(ended.stack);
    if (ended.context->kind == StrandKind::kGoroutine) {
      context_end(ended.context);
    } else {
      context_end(ended.context);
      context_join(waiter.context, ended.context);
      oracle_.join(waiter.number, ended.number);
    }
  }

  void end(Strand& strand) {
    const bool joinable = strand.context->kind != StrandKind::kGoroutine;
    context_end(strand.context);
    if (joinable) context_forget(strand.context);
  }

  void access(Strand& strand) {
    const bool is_write = chance(write_percent_);
    const bool is_atomic = chance(atomic_percent_);
    size_t bytes = single_bytes_ ? 1 : size_t{1} << below(4);
    size_t at = below(kCommon / bytes) * bytes;
    if (chance(wide_percent_)) {
      at = below(3) == 0 ? below(kCommon) : 0;
      bytes = below(3) == 0 ? 1 + below(kCommon - at) : kCommon - at;
    } else if (below(4) == 0) {
      const Strand& owner = below(3) == 0 ? strands_[below(strands_.size())] : strand;
      at = stack_at(owner.stack) + below(kStackBytes);
      bytes = 1 + below(kMemory - at < 24 ? kMemory - at : 24);
    }
    if (is_atomic && below(3) != 0) {  // counters, which plain accesses do not meet all the time
      bytes = 8;
      at = kCommon - (1 + below(2)) * bytes;
    }
    const OriginId origin =
        origin_at(strand.number * 2 + size_t{is_write}, is_atomic ? AccessKind::kAtomic : AccessKind::kPlain);
    use_some_thread();
    if (is_atomic && at % 8 + bytes <= 8 && below(4) != 0) {
      atomic_access(strand, at, bytes, is_write, origin);
      return;
    }
    const auto address = reinterpret_cast<uintptr_t>(g_memory) + at;
    // Three ways in: the entry points', for accesses within a granule; what is behind them; and the ranges'.
    const bool is_granule = at % 8 + bytes <= 8 && below(3) != 0;
    const bool is_entered = is_granule && !is_atomic && std::has_single_bit(bytes) && at % bytes == 0 && below(4) != 0;
    const auto work = [=, context = strand.context] {
      if (is_entered) {
        enter(context, address, bytes, is_write, origin);
      } else if (is_granule) {
        access_granule(context, address, bytes, is_write, origin);
      } else {
        access_memory(context, g_memory + at, bytes, is_write, origin);
      }
    };
    if (crew_ == nullptr) {
      work();
    } else {
      // Mostly a strand stays on its thread.
      crew_->run(below(20) == 0 ? below(crew_->size()) : strand.number % crew_->size(), work);
    }
    const uint64_t word = *shadow_words(address);
    laned_ += is_tagged(word) && record_at(tagged_record(word)).is_laned() ? 1 : 0;
    compare(strand, at, bytes, is_write, is_atomic);
  }

  // The way in of atomic operations (shadow/atomic_access.h). Sometimes another strand comes between the access and its
  // confirmation.
  void atomic_access(Strand& strand, size_t at, size_t bytes, bool is_write, OriginId origin) {
    const auto address = reinterpret_cast<uintptr_t>(g_memory) + at;
    void* const thread = __gorace_tls.thread_state;
    const uint64_t tag = *shadow_words(address);
    const OwnAtomic& known = own_atomic_slot(*thread_state().own_atomics, tag, is_write);
    const bool is_known = known.tag == tag;
    const bool is_attached = is_known && known.granule != nullptr;
    bool was_made = false;
    AtomicAccess recorded(strand.context, {address, bytes, is_write}, AtomicAccess::Barrier::kOwn, [&] {
      was_made = true;
      return origin;
    });
    atomics_skipped_ += size_t{!was_made};
    atomics_repeated_ += size_t{was_made && is_attached};
    compare(strand, at, bytes, is_write, true);
    if (strands_.size() > 1 && below(4) == 0) {
      Strand& other = strands_[below(strands_.size())];
      if (other.number != strand.number) {
        use_some_thread();
        access_memory(other.context, g_memory + at, 1, true, origin_at(other.number * 2 + 1));
        compare(other, at, 1, true, false);
      }
    }
    __gorace_tls.thread_state = thread;
    recorded.confirm();
    EXPECT_TRUE(take_races().empty()) << "a race told twice";
  }

  // Strands move among threads: each has its own caches.
  void use_some_thread() {
    static ThreadState* const states[] = {&thread_state(), &make_thread_state(), &make_thread_state()};
    if (below(4) == 0) __gorace_tls.thread_state = states[below(3)];
  }

  void compare(const Strand& strand, size_t at, size_t bytes, bool is_write, bool is_atomic) {
    bool must_race = false;
    bool may_race = false;
    std::set<size_t> others;
    for (size_t left = bytes; left != 0;) {
      const size_t here = std::min(left, 8 - at % 8);
      const Oracle::Verdict verdict = oracle_.access(strand.number, at, here, is_write, is_atomic);
      must_race |= verdict.races && !verdict.repeats;
      may_race |= verdict.races;
      others.insert(verdict.others.begin(), verdict.others.end());
      at += here;
      left -= here;
    }
    const std::vector<SeenRace> races = take_races();
    EXPECT_TRUE(!must_race || !races.empty()) << "race missed";
    EXPECT_TRUE(may_race || races.empty()) << "false race";
    for (const SeenRace& race : races) {
      EXPECT_EQ(race.present_id - first_id_, strand.number);
      EXPECT_EQ(others.count(race.previous_id - first_id_), 1u) << "wrong other side";
      const OriginInfo info = origin_info(race.previous_origin);
      ASSERT_EQ(info.frame_count, 1);
      EXPECT_EQ(info.frames[0], 0x400000 + (race.previous_id - first_id_) * 2 + (race.previous_is_write ? 1 : 0))
          << "wrong stack";
    }
    races_ += races.size();
  }

  static size_t stack_at(size_t stack) { return kCommon + stack * kStackBytes; }

  std::mt19937_64 random_;
  Oracle oracle_;
  const bool long_epochs_;
  Crew* const crew_;  // who makes the accesses; null: the test's own thread
  std::vector<Strand> strands_;
  std::vector<size_t> free_stacks_;
  uint64_t first_id_;
  size_t max_strands_;
  size_t sync_percent_;
  size_t atomic_percent_;
  size_t write_percent_;
  bool single_bytes_;
  size_t wide_percent_;

 public:
  size_t races_ = 0;
  size_t atomics_skipped_ = 0;
  size_t atomics_repeated_ = 0;
  size_t laned_ = 0;  // accesses that left their granule laned
};

uint64_t base_seed() {
  const char* text = getenv("GORACE_TEST_SEED");
  const uint64_t seed = text != nullptr ? strtoull(text, nullptr, 0) : std::random_device{}();
  std::cout << "GORACE_TEST_SEED=" << seed << "\n";
  return seed;
}

TEST(ShadowOracle, VerdictsAreThoseOfFullVectorClocks) {
  const uint64_t seed = base_seed();
  constexpr int kPrograms = 3000;
  constexpr int kSteps = 1000;
  const size_t records_before = shadow_records_in_use();
  size_t races = 0;
  size_t atomics_skipped = 0;
  size_t atomics_repeated = 0;
  for (int i = 0; i < kPrograms && !HasFailure(); ++i) {
    SCOPED_TRACE("program " + std::to_string(i));
    RandomProgram program(seed + static_cast<uint64_t>(i), false);
    program.run(kSteps);
    races += program.races_;
    atomics_skipped += program.atomics_skipped_;
    atomics_repeated += program.atomics_repeated_;
  }
  EXPECT_GT(races, 0u);
  EXPECT_GT(atomics_skipped, 0u);
  EXPECT_GT(atomics_repeated, 100u);
  EXPECT_EQ(losses().slots_reused_early, 0u);
  EXPECT_EQ(shadow_records_in_use(), records_before);
}

TEST(ShadowOracle, VerdictsHoldWithReadLanes) {
  const uint64_t seed = base_seed();
  Crew crew(3);
  size_t races = 0;
  size_t laned = 0;
  for (int i = 0; i < 60 && !HasFailure(); ++i) {
    SCOPED_TRACE("program " + std::to_string(i));
    RandomProgram program(seed + static_cast<uint64_t>(i), false, &crew);
    program.run(3000);
    races += program.races_;
    laned += program.laned_;
  }
  EXPECT_GT(races, 0u);
  EXPECT_GT(laned, 100u);
}

// Clocks of more than 4,096 slots share their leaves where smaller ones copy them (clock/vector_clock.cc).
TEST(ShadowOracle, VerdictsHoldInHighClocks) {
  const uint64_t seed = base_seed();
  std::vector<Context*> crowd;
  for (int i = 0; i < 5000; ++i) crowd.push_back(new_strand(nullptr));
  for (int i = 0; i < 600 && !HasFailure(); ++i) {
    SCOPED_TRACE("program " + std::to_string(i));
    RandomProgram program(seed + static_cast<uint64_t>(i), false);
    program.run(1000);
  }
  for (Context* context : crowd) context_end(context);
}

TEST(ShadowOracle, VerdictsSurviveTheEndOfShortEpochs) {
  const uint64_t seed = base_seed();
  for (int i = 0; i < 40 && !HasFailure(); ++i) {
    SCOPED_TRACE("program " + std::to_string(i));
    RandomProgram program(seed + static_cast<uint64_t>(i), true);
    program.run(400);
  }
  EXPECT_EQ(losses().epochs_exhausted, 0u);
}

}  // namespace
}  // namespace gorace::detector::testing
