#include "pprof/collect/heap_profile.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "pprof/collect/profile_text.h"
#include "runtime/alloc/alloc_hooks.h"
#include "tests/unit/dump/child.h"

namespace gorace::pprof {
namespace {

using namespace gorace::testing;

[[gnu::noinline]] void* allocate(size_t bytes) {
  void* volatile block = malloc(bytes);
  return block;
}

// The four values of the samples of blocks of `bytes`, summed.
std::vector<long> totals(const ProfileText& text, size_t bytes) {
  std::vector<long> sums(4);
  std::istringstream lines{std::string(text.text())};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("sample\t") || !line.ends_with("\tbytes:" + std::to_string(bytes) + ":bytes")) continue;
    std::istringstream values(line.substr(7));
    for (long& sum : sums) {
      long value = 0;
      char separator = 0;
      values >> value >> separator;
      sum += value;
    }
  }
  return sums;
}

constexpr size_t kOddBytes = 1237;  // that nobody else allocates

class HeapProfile : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!runtime::allocator_is_interposed()) GTEST_SKIP() << "the sanitizer brings its own malloc";
  }
};

TEST_F(HeapProfile, AtRateOneCountsEveryBlock) {
  const Outcome outcome = run_in_child([] {
    start_heap_profile(1);
    std::vector<void*> blocks(10);
    for (void*& block : blocks) block = allocate(kOddBytes);
    for (int i = 0; i < 4; ++i) free(blocks[static_cast<size_t>(i)]);
    ProfileText text;
    if (!add_heap_profile(text)) return 1;
    const std::vector<long> expected = {10, 10 * long{kOddBytes}, 6, 6 * long{kOddBytes}};
    if (totals(text, kOddBytes) != expected) return 2;
    const std::string head =
        "period\tspace\tbytes\t1\ndefault\tinuse_space\ntype\talloc_objects\tcount\ntype\talloc_space\tbytes\n"
        "type\tinuse_objects\tcount\ntype\tinuse_space\tbytes\nsample\t";
    return text.text().starts_with(head) ? 0 : 3;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST_F(HeapProfile, StackOfASampleStartsAtTheAllocation) {
  const Outcome outcome = run_in_child([] {
    start_heap_profile(1);
    allocate(kOddBytes);
    ProfileText text;
    add_heap_profile(text);
    const std::string all(text.text());
    const size_t end = all.find("\tbytes:1237:");
    const size_t stack = all.rfind('\t', end - 1) + 1;
    const uintptr_t leaf = strtoul(all.c_str() + stack, nullptr, 16);
    const auto start = reinterpret_cast<uintptr_t>(&allocate);
    return leaf > start && leaf < start + 64 ? 0 : 1;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST_F(HeapProfile, SampledEstimateIsNearTheTruth) {
  // 20,000 blocks at one sample in 16 KiB: about 1,500 samples, so one standard deviation is 2.6 %; 15 % is beyond
  // five.
  const Outcome outcome = run_in_child([] {
    start_heap_profile(16 << 10);
    for (int i = 0; i < 20'000; ++i) allocate(kOddBytes);
    ProfileText text;
    add_heap_profile(text);
    const long estimate = totals(text, kOddBytes)[2];
    printf("estimate %ld of 20000\n", estimate);
    fflush(stdout);
    return estimate > 17'000 && estimate < 23'000 ? 0 : 1;
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST_F(HeapProfile, IsOffAtRateZero) {
  EXPECT_EQ(run_in_child([] {
              start_heap_profile(0);
              ProfileText text;
              return add_heap_profile(text) ? 1 : 0;
            }).exit_code,
            0);
}

}  // namespace
}  // namespace gorace::pprof
