#include "pprof/collect/live_blocks.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <thread>
#include <unordered_map>
#include <vector>

namespace gorace::pprof {
namespace {

const void* block(uint64_t n) { return reinterpret_cast<const void*>(0x10000 + n * 16); }
AllocationSite* site(uint64_t n) { return reinterpret_cast<AllocationSite*>(0x1000 + n * 8); }

TEST(LiveBlocks, AgreesWithAMapUnderRandomUse) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  auto live = std::make_unique<LiveBlocks>();
  std::unordered_map<const void*, AllocationSite*> model;
  for (int i = 0; i < 200'000; ++i) {
    const void* at = block(random() % 20'000);
    const auto known = model.find(at);
    if (known == model.end() && random() % 3 != 0) {
      live->add(at, site(static_cast<uint64_t>(i)));
      model[at] = site(static_cast<uint64_t>(i));
    } else {
      ASSERT_EQ(live->remove(at), known == model.end() ? nullptr : known->second);
      if (known != model.end()) model.erase(known);
    }
  }
  for (const auto& [at, expected] : model) ASSERT_EQ(live->remove(at), expected);
  for (const auto& [at, expected] : model) ASSERT_EQ(live->remove(at), nullptr);
}

TEST(LiveBlocks, ThreadsDoNotLoseEachOthers) {
  auto live = std::make_unique<LiveBlocks>();
  std::vector<std::thread> threads;
  std::atomic<int> lost{0};
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t round = 0; round < 20; ++round) {
        for (uint64_t i = 0; i < 500; ++i) live->add(block(t + 4 * i), site(t));
        for (uint64_t i = 0; i < 500; ++i) lost += live->remove(block(t + 4 * i)) != site(t);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(lost.load(), 0);
}

}  // namespace
}  // namespace gorace::pprof
