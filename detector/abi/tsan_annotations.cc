// ThreadSanitizer's own functions that programs call by hand: edges, and the barrier of its tests.
#include <atomic>

#include "detector/abi/access_check.h"
#include "detector/syncvar/sync_var.h"
#include "runtime/base/futex.h"

using gorace::detector::Context;
using gorace::detector::synced_context;

namespace {

uintptr_t address_of(const volatile void* object) { return reinterpret_cast<uintptr_t>(object); }

void annotate_release(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) release_merge(context, address_of(object));
}
void annotate_acquire(const volatile void* object) {
  if (Context* context = synced_context(); context != nullptr) acquire(context, address_of(object));
}

}  // namespace

extern "C" {

void __tsan_acquire(void* object) { annotate_acquire(object); }
void __tsan_release(void* object) { annotate_release(object); }

// The barrier of ThreadSanitizer's test suite: invisible to the detector, so that a test orders its threads in time
// without an edge. Low 10 bits of the word: number of threads; the others: how many have come.
void __tsan_testonly_barrier_init(uint32_t* barrier, unsigned count) { *barrier = count; }

void __tsan_testonly_barrier_wait(uint32_t* barrier) {
  constexpr uint32_t kArrival = 1 << 10;
  auto* word = reinterpret_cast<std::atomic<uint32_t>*>(barrier);
  const auto round = [](uint32_t value) { return (value / kArrival) / (value % kArrival); };
  const uint32_t before = word->fetch_add(kArrival, std::memory_order_acq_rel);
  if (round(before + kArrival) != round(before)) {
    gorace::runtime::futex_wake(word, 0x7fffffff);
    return;
  }
  for (uint32_t now = before + kArrival; round(now) == round(before); now = word->load(std::memory_order_acquire)) {
    gorace::runtime::futex_wait(word, now);
  }
}

}  // extern "C"
