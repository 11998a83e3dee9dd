// ThreadSanitizer's own functions that programs call by hand: edges, and the barrier of its tests.
#include <atomic>

#include "detector/abi/access_check.h"
#include "detector/syncvar/sync_var.h"
#include "runtime/base/futex.h"

using gorace::detector::Context;
using gorace::detector::watched_context;

namespace {

uintptr_t address_of(const volatile void* object) { return reinterpret_cast<uintptr_t>(object); }

void annotate_release(const volatile void* object) {
  if (Context* context = watched_context(); context != nullptr) release_merge(context, address_of(object));
}
void annotate_acquire(const volatile void* object) {
  if (Context* context = watched_context(); context != nullptr) acquire(context, address_of(object));
}

}  // namespace

extern "C" {

void __tsan_acquire(void* object) { annotate_acquire(object); }
void __tsan_release(void* object) { annotate_release(object); }

// The barrier of ThreadSanitizer's test suite: invisible to the detector, so that a test orders its threads in time
// without an edge. High half of the word: number of threads; low half: how many have come.
void __tsan_testonly_barrier_init(uint64_t* barrier, unsigned count) { *barrier = static_cast<uint64_t>(count) << 32; }

void __tsan_testonly_barrier_wait(uint64_t* barrier) {
  auto* words = reinterpret_cast<std::atomic<uint32_t>*>(barrier);
  const uint32_t count = words[1].load(std::memory_order_relaxed);
  const uint32_t arrived = words[0].fetch_add(1, std::memory_order_acq_rel) + 1;
  const uint32_t last_of_round = (arrived + count - 1) / count * count;
  if (arrived == last_of_round) {
    gorace::runtime::futex_wake(&words[0], 0x7fffffff);
    return;
  }
  for (uint32_t now = arrived; static_cast<int32_t>(now - last_of_round) < 0;
       now = words[0].load(std::memory_order_acquire)) {
    gorace::runtime::futex_wait(&words[0], now);
  }
}

}  // extern "C"
