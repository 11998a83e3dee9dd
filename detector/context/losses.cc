#include "detector/context/losses.h"

#include <atomic>
#include <cstdint>

#include "detector/context/context.h"

namespace gorace::detector {
namespace {

constinit std::atomic<uint64_t> g_counts[static_cast<int>(Loss::kCount)] = {};

uint64_t count_of(Loss loss) { return g_counts[static_cast<int>(loss)].load(std::memory_order_relaxed); }

}  // namespace

void count_loss(Loss loss) { g_counts[static_cast<int>(loss)].fetch_add(1, std::memory_order_relaxed); }

Losses losses() {
  return {
      .slots_reused_early = count_of(Loss::kSlotReusedEarly),
      .epochs_exhausted = count_of(Loss::kEpochsExhausted),
      .origins_dropped = count_of(Loss::kOriginDropped),
      .stacks_cut = count_of(Loss::kStackCut),
      .strands_dropped = count_of(Loss::kStrandDropped),
      .history_dropped = count_of(Loss::kHistoryDropped),
      .lock_sets_dropped = count_of(Loss::kLockSetDropped),
      .nested_accesses_dropped = count_of(Loss::kNestedAccess),
      .files_shared = count_of(Loss::kFileShared),
      .lock_orders_dropped = count_of(Loss::kLockOrderDropped),
  };
}

}  // namespace gorace::detector
