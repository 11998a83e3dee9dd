// C++'s rules for atomics, each as a message from one strand to another: the strands are made by hand and run in a
// fixed order on one thread.
#include "detector/abi/atomic_operations.h"

#include <gtest/gtest.h>

#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

constexpr int kRelaxed = __ATOMIC_RELAXED;
constexpr int kAcquire = __ATOMIC_ACQUIRE;
constexpr int kRelease = __ATOMIC_RELEASE;
constexpr int kAcqRel = __ATOMIC_ACQ_REL;
constexpr int kSeqCst = __ATOMIC_SEQ_CST;

class Atomics : public ::testing::Test {
 protected:
  Atomics() {
    for (Context*& strand : strands_) strand = new_strand(nullptr, StrandKind::kThread);
    reset_memory(&message_, sizeof message_);
    reset_memory(const_cast<const uint32_t*>(&flag_), sizeof flag_);
    take_races();
  }
  ~Atomics() override {
    set_current_context(nullptr);
    g_fences_in_use = false;
    for (Context* strand : strands_) {
      context_end(strand);
      context_forget(strand);
    }
    forget_sync_vars(reinterpret_cast<uintptr_t>(&flag_), sizeof flag_);
    take_races();
  }

  // run makes a strand the running one.
  void run(int strand) { set_current_context(strands_[strand]); }
  Context* running() { return current_context(); }
  void send() { write_to(running(), &message_, 8); }
  // Whether reading the message now would be a race.
  bool receive_races() {
    read_from(running(), &message_, 8);
    return !take_races().empty();
  }

  void store(uint32_t value, int order) { atomic_store(&flag_, value, order, {1, 0}); }
  uint32_t load(int order) { return atomic_load(&flag_, order, {2, 0}); }
  uint32_t add(uint32_t value, int order) {
    return atomic_rmw(&flag_, order, {3, 0}, [&] { return raw_fetch_add(&flag_, value); });
  }
  bool exchange_if(uint32_t expected, uint32_t value, int success, int failure) {
    return atomic_compare_exchange(&flag_, &expected, value, success, failure, {4, 0});
  }
  void fence(int order) {
    enable_fences();
    fence_clocks(running(), order);
  }

  Context* strands_[3];
  alignas(8) uint64_t message_ = 0;
  alignas(8) volatile uint32_t flag_ = 0;
};

TEST_F(Atomics, ReleaseStoreReachesAcquireLoad) {
  run(0);
  send();
  store(1, kRelease);
  run(1);
  EXPECT_EQ(load(kAcquire), 1u);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, SeqCstIsAtLeastReleaseAndAcquire) {
  run(0);
  send();
  store(1, kSeqCst);
  run(1);
  load(kSeqCst);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, RelaxedOnEitherSideOrdersNothing) {
  run(0);
  send();
  store(1, kRelaxed);
  run(1);
  load(kAcquire);
  EXPECT_TRUE(receive_races());
}

TEST_F(Atomics, RelaxedLoadOfAReleaseStoreOrdersNothing) {
  run(0);
  send();
  store(1, kRelease);
  run(1);
  load(kRelaxed);
  EXPECT_TRUE(receive_races());
}

TEST_F(Atomics, WhatComesAfterTheReleaseIsNotPublished) {
  run(0);
  store(1, kRelease);
  send();
  run(1);
  load(kAcquire);
  EXPECT_TRUE(receive_races());
}

TEST_F(Atomics, RelaxedRmwContinuesAReleaseSequence) {
  run(0);
  send();
  store(1, kRelease);
  run(1);
  add(1, kRelaxed);
  run(2);
  EXPECT_EQ(load(kAcquire), 2u);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, RelaxedStoreEndsAReleaseSequence) {
  run(0);
  send();
  store(1, kRelease);
  run(1);
  store(2, kRelaxed);
  run(2);
  load(kAcquire);
  EXPECT_TRUE(receive_races());
}

TEST_F(Atomics, ReleaseStoreByAnotherStrandReplacesTheFormer) {
  run(0);
  send();
  store(1, kRelease);
  run(1);
  store(2, kRelease);
  run(2);
  load(kAcquire);
  EXPECT_TRUE(receive_races());
}

TEST_F(Atomics, ReleaseRmwAddsToTheFormer) {
  run(0);
  send();
  store(1, kRelease);
  run(1);
  add(1, kRelease);
  run(2);
  load(kAcquire);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, AcqRelRmwPassesOnWhatItAcquired) {
  run(0);
  send();
  add(1, kAcqRel);
  run(1);
  add(1, kAcqRel);
  EXPECT_FALSE(receive_races());
  run(2);
  load(kAcquire);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, SuccessfulCompareExchangeHasItsOrder) {
  run(0);
  send();
  ASSERT_TRUE(exchange_if(0, 1, kRelease, kRelaxed));
  run(1);
  ASSERT_TRUE(exchange_if(1, 2, kAcquire, kRelaxed));
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, FailedCompareExchangeHasTheFailureOrder) {
  run(0);
  send();
  store(1, kRelease);
  run(1);
  ASSERT_FALSE(exchange_if(5, 6, kAcqRel, kRelaxed));
  EXPECT_TRUE(receive_races());
  run(2);
  ASSERT_FALSE(exchange_if(5, 6, kRelaxed, kAcquire));
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, FailedCompareExchangeReleasesNothing) {
  run(0);
  send();
  ASSERT_FALSE(exchange_if(5, 6, kAcqRel, kAcquire));
  run(1);
  load(kAcquire);
  EXPECT_TRUE(receive_races());
}

TEST_F(Atomics, FailedCompareExchangeOnlyReads) {
  run(0);
  ASSERT_FALSE(exchange_if(5, 6, kSeqCst, kSeqCst));
  run(1);
  read_from(running(), &flag_, 4);
  EXPECT_TRUE(take_races().empty());
  ASSERT_TRUE(exchange_if(0, 6, kRelaxed, kRelaxed));
  run(2);
  read_from(running(), &flag_, 4);
  EXPECT_FALSE(take_races().empty());
}

TEST_F(Atomics, AtomicsDoNotRaceWithEachOtherButWithPlainAccesses) {
  run(0);
  store(1, kRelaxed);
  run(1);
  store(2, kRelaxed);
  load(kRelaxed);
  EXPECT_TRUE(take_races().empty());
  run(2);
  write_to(running(), &flag_, 4);
  EXPECT_EQ(take_races().empty(), false);
}

TEST_F(Atomics, ReleaseFenceLendsItsClockToLaterRelaxedStores) {
  run(0);
  send();
  fence(kRelease);
  store(1, kRelaxed);
  run(1);
  load(kAcquire);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, ReleaseFenceLendsItsClockToLaterRelaxedRmws) {
  run(0);
  send();
  fence(kRelease);
  add(1, kRelaxed);
  run(1);
  load(kAcquire);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, WhatComesAfterTheReleaseFenceIsNotPublished) {
  run(0);
  fence(kRelease);
  send();
  store(1, kRelaxed);
  run(1);
  load(kAcquire);
  EXPECT_TRUE(receive_races());
}

TEST_F(Atomics, AcquireFenceTakesWhatEarlierRelaxedLoadsSaw) {
  enable_fences();
  run(0);
  send();
  store(1, kRelease);
  run(1);
  load(kRelaxed);
  fence(kAcquire);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, AcquireFenceBeforeTheLoadTakesNothing) {
  enable_fences();
  run(0);
  send();
  store(1, kRelease);
  run(1);
  fence(kAcquire);
  load(kRelaxed);
  EXPECT_TRUE(receive_races());
}

TEST_F(Atomics, FencesOnBothSides) {
  enable_fences();
  run(0);
  send();
  fence(kSeqCst);
  store(1, kRelaxed);
  run(1);
  load(kRelaxed);
  fence(kAcqRel);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, AcquireFenceDoesNotPublish) {
  enable_fences();
  run(0);
  send();
  fence(kAcquire);
  store(1, kRelaxed);
  run(1);
  load(kAcquire);
  EXPECT_TRUE(receive_races());
}

TEST_F(Atomics, ConsumeAndHintBitsCountAsAcquire) {
  run(0);
  send();
  store(1, kRelease);
  run(1);
  load(__ATOMIC_CONSUME);
  EXPECT_FALSE(receive_races());
  run(2);
  load(kAcquire | 0x10000);
  EXPECT_FALSE(receive_races());
}

TEST_F(Atomics, OfAnUnwatchedStrandJustWork) {
  set_current_context(nullptr);
  store(5, kRelease);
  EXPECT_EQ(add(2, kAcqRel), 5u);
  EXPECT_FALSE(exchange_if(1, 2, kSeqCst, kSeqCst));
  EXPECT_TRUE(exchange_if(7, 9, kSeqCst, kSeqCst));
  EXPECT_EQ(load(kAcquire), 9u);
}

}  // namespace
}  // namespace gorace::detector::testing
