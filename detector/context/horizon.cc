#include "detector/context/horizon.h"

#include <atomic>

#include "detector/clock/vector_clock.h"
#include "detector/context/slots.h"
#include "detector/context/thread_state.h"
#include "detector/memory/region.h"

namespace gorace::detector {

constinit uint32_t g_horizon = 0;

namespace {

constinit std::atomic<std::atomic<uint32_t>*> g_last_epochs{nullptr};  // by slot

}  // namespace

void raise_horizon() {
  const DetectorScope scope;  // a fork waits
  auto* epochs = g_last_epochs.load(std::memory_order_relaxed);
  if (epochs == nullptr) {
    epochs = static_cast<std::atomic<uint32_t>*>(
        reserve_region(VectorClock::kMaxSlots * sizeof(std::atomic<uint32_t>), "the horizon"));
    g_last_epochs.store(epochs, std::memory_order_release);
  }
  visit_last_epochs(
      [](uint32_t slot, uint32_t epoch, void* array) {
        // relaxed: published by the number.
        static_cast<std::atomic<uint32_t>*>(array)[slot].store(epoch, std::memory_order_relaxed);
      },
      epochs);
  __atomic_store_n(&g_horizon, g_horizon + 1, __ATOMIC_RELEASE);
}

bool is_behind_horizon(uint32_t slot, uint32_t epoch) {
  const auto* epochs = g_last_epochs.load(std::memory_order_acquire);
  return epochs != nullptr && epoch <= epochs[slot].load(std::memory_order_relaxed);
}

void pass_horizon_slow(Context* context) {
  const DetectorScope scope;
  context->horizon = horizon();
  context_advance_epoch(context);
}

}  // namespace gorace::detector
