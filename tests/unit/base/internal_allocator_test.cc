#include "runtime/base/internal_allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

namespace gorace::runtime {
namespace {

bool all_zero(const unsigned char* block, size_t bytes) {
  return std::all_of(block, block + bytes, [](unsigned char c) { return c == 0; });
}

TEST(InternalAllocator, BlocksAreZeroedAlsoWhenRecycled) {
  for (const size_t bytes : {size_t{1}, size_t{16}, size_t{17}, size_t{4096}, size_t{1} << 20, (size_t{1} << 20) + 1}) {
    auto* block = static_cast<unsigned char*>(internal_alloc(bytes));
    ASSERT_TRUE(all_zero(block, bytes)) << bytes;
    std::fill_n(block, bytes, static_cast<unsigned char>(0xee));
    internal_free(block, bytes);
    auto* again = static_cast<unsigned char*>(internal_alloc(bytes));
    EXPECT_TRUE(all_zero(again, bytes)) << bytes;
    internal_free(again, bytes);
  }
}

TEST(InternalAllocator, BlocksAreAligned) {
  for (size_t bytes = 1; bytes <= 1024; ++bytes) {
    void* block = internal_alloc(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % (bytes >= 64 ? 64 : 16), 0u) << bytes;
    internal_free(block, bytes);
  }
}

TEST(InternalAllocator, FreedMemoryIsUsedAgain) {
  void* first = internal_alloc(48);
  internal_free(first, 48);
  void* second = internal_alloc(64);  // the same class
  EXPECT_EQ(first, second);
  internal_free(second, 64);
}

// Each thread writes its own pattern into its blocks: a block handed out twice would show.
TEST(InternalAllocator, ThreadsNeverShareABlock) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::vector<std::thread> threads;
  std::vector<int> damaged(4);
  for (unsigned thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread, seed, &damaged] {
      std::mt19937 random(seed + thread);
      std::vector<std::pair<unsigned char*, size_t>> blocks;
      for (int step = 0; step < 20'000; ++step) {
        if (blocks.size() < 50 || random() % 2 == 0) {
          const size_t bytes = 1 + random() % 500;
          auto* block = static_cast<unsigned char*>(internal_alloc(bytes));
          std::fill_n(block, bytes, static_cast<unsigned char>(thread + 1));
          blocks.emplace_back(block, bytes);
        } else {
          std::swap(blocks[random() % blocks.size()], blocks.back());
          const auto [block, bytes] = blocks.back();
          damaged[thread] += std::any_of(block, block + bytes, [&](unsigned char c) { return c != thread + 1; });
          internal_free(block, bytes);
          blocks.pop_back();
        }
      }
      for (const auto& [block, bytes] : blocks) internal_free(block, bytes);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(damaged, std::vector<int>(4, 0));
}

TEST(InternalVector, GrowsAndKeepsItsElements) {
  InternalVector<int> numbers;
  EXPECT_TRUE(numbers.empty());
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);
  ASSERT_EQ(numbers.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(numbers[static_cast<size_t>(i)], i);
  numbers.pop_back();
  EXPECT_EQ(numbers.back(), 998);
}

}  // namespace
}  // namespace gorace::runtime
