// A million goroutines: in a process of its own, since it uses up every fresh slot.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "detector/context/context.h"
#include "detector/syncvar/sync_var.h"
#include "tests/unit/detector/race_sink.h"
#include "tests/unit/detector/test_strands.h"

namespace gorace::detector::testing {
namespace {

int g_object;
const auto kObject = reinterpret_cast<uintptr_t>(&g_object);

long resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stol(line.substr(6));
  }
  return 0;
}

TEST(ContextScale, AMillionGoroutinesOneAfterTheOtherCostTensOfBytesEach) {
  Context* creator = new_strand(nullptr);
  constexpr long kGoroutines = 1000000;
  const long before = resident_kib();
  for (long i = 0; i < kGoroutines; ++i) {
    Context* goroutine = new_strand(creator);
    release_merge(goroutine, kObject);
    context_end(goroutine);
    if (i % 64 == 63) acquire(creator, kObject);
  }
  const long bytes_each = (resident_kib() - before) * 1024 / kGoroutines;
  std::cout << bytes_each << " bytes resident for each ended goroutine\n";
  EXPECT_LE(bytes_each, 64);
  EXPECT_EQ(losses().slots_reused_early, 0u);
  context_end(creator);
}

TEST(ContextScale, AMillionLiveGoroutines) {
  Context* creator = new_strand(nullptr);
  constexpr long kGoroutines = 1000000;
  std::vector<Context*> goroutines;
  goroutines.reserve(kGoroutines);
  const long before = resident_kib();
  for (long i = 0; i < kGoroutines; ++i) goroutines.push_back(new_strand(creator));
  std::cout << (resident_kib() - before) * 1024 / kGoroutines << " bytes resident for each live goroutine\n";
  for (Context* goroutine : goroutines) {
    release_merge(goroutine, kObject);
    context_end(goroutine);
  }
  acquire(creator, kObject);
  EXPECT_EQ(losses().slots_reused_early, 0u);
  EXPECT_EQ(losses().epochs_exhausted, 0u);
  forget_sync_vars(kObject, 4);
  context_end(creator);
}

TEST(ContextScale, WhenSlotsRunOutReuseIsCountedAndNoRaceIsInvented) {
  // The test before has used up nearly all fresh slots. Strands that know nobody cannot reuse one exactly.
  std::vector<Context*> strands;
  for (int i = 0; i < 60000; ++i) strands.push_back(new_strand(nullptr));
  EXPECT_GT(losses().slots_reused_early, 0u);
  for (Context* strand : strands) {
    acquire(strand, kObject);
    write_to(strand, &g_object, 4);
    release(strand, kObject);
  }
  EXPECT_TRUE(take_races().empty());
  for (Context* strand : strands) context_end(strand);
}

}  // namespace
}  // namespace gorace::detector::testing
