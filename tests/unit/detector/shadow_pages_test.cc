// Which pages' shadow has been used: what is forgotten passes over the others.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "detector/shadow/access.h"
#include "detector/shadow/granule.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

constexpr size_t kBytes = size_t{1} << 20;  // of the program: large enough to be given back
constexpr size_t kPages = kBytes / kPageBytes;

// Fresh addresses for each test, whose shadow nobody has used.
class ShadowPages : public ::testing::Test {
 protected:
  ShadowPages() {
    map_shadow();
    void* mapped = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    EXPECT_NE(mapped, MAP_FAILED);
    memory_ = static_cast<char*>(mapped);
    reset_memory(memory_, kBytes);
    strand_ = new_strand(nullptr, StrandKind::kThread);
  }
  ~ShadowPages() override {
    reset_memory(memory_, kBytes);
    context_end(strand_);
    context_forget(strand_);
    munmap(memory_, kBytes);
  }

  static uint64_t* words(const void* address) { return shadow_words(reinterpret_cast<uintptr_t>(address)); }
  size_t granules_with_words() const {
    size_t count = 0;
    for (size_t at = 0; at < kBytes; at += kGranuleBytes) {
      count += words(memory_ + at)[0] != 0 || words(memory_ + at)[1] != 0;
    }
    return count;
  }
  size_t resident_shadow_pages() const {
    std::vector<unsigned char> resident(2 * kPages);
    EXPECT_EQ(mincore(words(memory_), 2 * kBytes, resident.data()), 0);
    return static_cast<size_t>(std::count_if(resident.begin(), resident.end(), [](unsigned char r) { return r & 1; }));
  }

  char* memory_;
  Context* strand_;
};

using FirstAccess = void (*)(Context*, char*);
void access(Context* context, char* at, size_t bytes, bool is_write, AccessKind kind = AccessKind::kPlain) {
  access_granule(context, reinterpret_cast<uintptr_t>(at), bytes, is_write, origin_at(1, kind));
}

const FirstAccess kFirstAccesses[] = {
    [](Context* context, char* at) { access(context, at, 4, true); },
    [](Context* context, char* at) { access(context, at, 1, false); },
    // The hint beside the tag of the atomic access's record.
    [](Context* context, char* at) {
      access(context, at, 8, true, AccessKind::kAtomic);
      access(context, at, 8, false);
    },
    [](Context* context, char* at) {
      access(context, at, 8, false, AccessKind::kAtomic);
      access(context, at, 4, false);
    },
    [](Context* context, char* at) { write_to(context, at, 100); },
    [](Context* context, char* at) { read_from(context, at + 3, 1000); },
    [](Context* context, char* at) { atomic_write_to(context, at, 16); },
    [](Context* context, char* at) { free_memory(context, at, 1000, origin_at(5, AccessKind::kFree)); },
};

TEST_F(ShadowPages, WhateverComesFirstToAPageIsForgotten) {
  // In a few pages, which are cleared; in many, which are given back; and in a small part.
  for (const size_t stride : {size_t{37}, size_t{3}}) {
    for (const size_t forgotten : {kBytes, kPageBytes}) {
      for (size_t which = 0; which < std::size(kFirstAccesses); ++which) {
        // From the end: nothing is given memory ahead.
        for (size_t page = kPages; page-- > 0;) {
          if (page % stride == 1) kFirstAccesses[which](strand_, memory_ + page * kPageBytes + 2048);
        }
        EXPECT_GE(granules_with_words(), kPages / stride) << which;
        for (size_t at = 0; at < kBytes; at += forgotten) reset_memory(memory_ + at, forgotten);
        EXPECT_EQ(granules_with_words(), 0u) << which << " every " << stride << " pages, by " << forgotten;
      }
    }
  }
  EXPECT_TRUE(take_races().empty());
}

TEST_F(ShadowPages, WhatWasNotUsedGetsNoMemoryByBeingForgotten) {
  reset_memory(memory_ + 8, 20'000);
  EXPECT_EQ(resident_shadow_pages(), 0u);
  write_to(strand_, memory_ + kBytes / 2, 8);
  reset_memory(memory_ + 24, kBytes - 104);
  EXPECT_LE(resident_shadow_pages(), 2u) << "the page that was used";
}

TEST_F(ShadowPages, WhatWasUsedWholeIsGivenBack) {
  write_to(strand_, memory_, kBytes);
  EXPECT_EQ(resident_shadow_pages(), 2 * kPages);
  reset_memory(memory_ + 8, kBytes - 16);
  EXPECT_LE(resident_shadow_pages(), 4u) << "the first and the last page";
  EXPECT_EQ(granules_with_words(), 2u);
}

// Neighbours in a page note it at the same time as others forget their parts of it.
TEST_F(ShadowPages, ThreadsThatShareAPageForgetTheirOwnPartsOnly) {
  constexpr int kThreads = 4;
  constexpr size_t kPart = kPageBytes / kThreads;
  constexpr int kRounds = 2000;
  std::vector<int> wrong(kThreads);
  {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([this, i, &wrong] {
        Context* context = new_strand(nullptr, StrandKind::kThread);
        for (int round = 0; round < kRounds; ++round) {
          char* mine = memory_ + static_cast<size_t>(round) % kPages * kPageBytes + static_cast<size_t>(i) * kPart;
          kFirstAccesses[static_cast<size_t>(round + i) % 4](context, mine);
          wrong[static_cast<size_t>(i)] += words(mine)[0] == 0 && words(mine)[1] == 0;
          reset_memory(mine, kPart);
          wrong[static_cast<size_t>(i)] += words(mine)[0] != 0 || words(mine)[1] != 0;
        }
        context_end(context);
        context_forget(context);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  for (const int each : wrong) EXPECT_EQ(each, 0);
  EXPECT_TRUE(take_races().empty());
}

}  // namespace
}  // namespace gorace::detector::testing
