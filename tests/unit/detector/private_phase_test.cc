#include "detector/context/private_phase.h"

#include <gtest/gtest.h>

#include "detector/abi/abi.h"
#include "detector/shadow/access.h"
#include "detector/shadow/granule.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

alignas(16) char g_bytes[256];

// A strand that is alone, as main is when a program begins.
class PrivatePhase : public ::testing::Test {
 protected:
  void SetUp() override {
    map_shadow();
    reset_memory(g_bytes, sizeof g_bytes);
    former_ = current_context();
    main_ = new_strand(nullptr, StrandKind::kThread);
    set_current_context(main_);
    begin_private_phase();
    take_races();
  }
  void TearDown() override {
    end_private_phase();
    set_current_context(former_);
    context_end(main_);
    context_forget(main_);
    reset_memory(g_bytes, sizeof g_bytes);
  }

  static bool has_words() {
    for (size_t at = 0; at < sizeof g_bytes; at += kGranuleBytes) {
      const uint64_t* words = shadow_words(reinterpret_cast<uintptr_t>(g_bytes + at));
      if (words[0] != 0 || load_read_word(words) != 0) return true;
    }
    return false;
  }
  void access_all() {
    __gorace_write_range(g_bytes, sizeof g_bytes);
    __gorace_read_range(g_bytes + 3, 101);
  }
  // Would code compiled with the plugin go on without a call?
  static bool passes_inline(const char* at, bool is_write) {
    const uint64_t* words = shadow_words(reinterpret_cast<uintptr_t>(at));
    const uint64_t word = is_write ? words[0] : load_read_word(words);
    return ((word ^ __gorace_tls.current) & (GORACE_IDENTITY_MASK | GORACE_BYTE_MASK)) == 0;
  }

  Context* former_ = nullptr;
  Context* main_ = nullptr;
};

TEST_F(PrivatePhase, NothingIsRecorded) {
  access_all();
  EXPECT_TRUE(is_recorded(*main_, g_bytes + 5, 2, true));
  EXPECT_TRUE(passes_inline(g_bytes, true));
  EXPECT_TRUE(passes_inline(g_bytes, false));
  use_object(main_, reinterpret_cast<uintptr_t>(g_bytes), origin_at(1, AccessKind::kAtomic));
  EXPECT_FALSE(has_words());
}

TEST_F(PrivatePhase, ReleasesLeaveNoClock) {
  const size_t before = sync_vars_in_use();
  const uint64_t identity = main_->current;
  const auto object = reinterpret_cast<uintptr_t>(g_bytes);
  release(main_, object);
  release_merge(main_, object);
  release_acquire(main_, object);
  release_shared(main_, object);
  acquire_exclusive(main_, object);
  EXPECT_EQ(sync_vars_in_use(), before);
  EXPECT_EQ(main_->current, identity);
}

// What was done in it happens before all that the others do; what main does from then on does not.
TEST_F(PrivatePhase, EndsWithTheSecondStrand) {
  access_all();
  Context* other = new_strand(main_);
  EXPECT_FALSE(in_private_phase());
  EXPECT_EQ(__gorace_tls.current, main_->current);
  EXPECT_FALSE(passes_inline(g_bytes, true)) << "on bytes that main wrote before";
  write_to(other, g_bytes, 8);
  EXPECT_TRUE(take_races().empty());

  access_all();
  EXPECT_TRUE(has_words());
  EXPECT_EQ(take_races().size(), 2u) << "the write and the read, with the other's write";
  context_end(other);
}

TEST_F(PrivatePhase, EveryUseOfFreedMemoryIsReported) {
  for (const size_t freed : {size_t{16}, sizeof g_bytes}) {  // granule by granule, and in one pass
    for (const bool is_write : {true, false}) {
      reset_memory(g_bytes, sizeof g_bytes);
      access_all();
      free_memory(main_, g_bytes, freed, origin_at(7, AccessKind::kFree));
      EXPECT_FALSE(passes_inline(g_bytes + 8, is_write));
      (is_write ? __gorace_write_range : reinterpret_cast<void (*)(void*, uint64_t)>(__gorace_read_range))(g_bytes + 8,
                                                                                                           8);
      EXPECT_EQ(take_races().size(), 1u) << freed << " bytes, write " << is_write;
      // The block's next life.
      reset_memory(g_bytes, sizeof g_bytes);
      access_all();
      EXPECT_FALSE(has_words());
      EXPECT_TRUE(take_races().empty());
    }
  }
}

TEST_F(PrivatePhase, WhatWasFreedInItIsFreedForTheOthers) {
  free_memory(main_, g_bytes, sizeof g_bytes, origin_at(7, AccessKind::kFree));
  Context* other = new_strand(main_);
  read_from(other, g_bytes, 8);
  EXPECT_EQ(take_races().size(), 1u);
  write_to(other, g_bytes + 64, 8);
  EXPECT_EQ(take_races().size(), 1u);
  context_end(other);
}

}  // namespace
}  // namespace gorace::detector::testing
