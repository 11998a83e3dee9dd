// __cxa_guard_*: initialisation of function-local statics (Itanium C++ ABI 3.3.3). Implemented here rather than passed
// on, so that it also works when libstdc++ is linked statically: there is no other definition to pass on to then.
//
// Weak, for a static libstdc++ whose own file of guards is linked for some other reason.
//
// A guard is 64 bits, of which compilers only test the first byte: not zero means initialised. The rest is ours.
// Compiled code that finds the byte set with its own acquire load meets the clock that __cxa_guard_release left at the
// guard's address.
#include <atomic>
#include <climits>
#include <cstdint>

#include "detector/intercept/park_checks.h"
#include "detector/intercept/sync_events.h"
#include "runtime/base/futex.h"

namespace {

// The guard's first 32 bits, little endian: states as in libstdc++, so that code compiled against it agrees.
constexpr uint32_t kInitialised = 1;
constexpr uint32_t kPending = 0x100;
constexpr uint32_t kWaiters = 0x10000;

std::atomic<uint32_t>& state_of(int64_t* guard) { return *reinterpret_cast<std::atomic<uint32_t>*>(guard); }

void end_pending(int64_t* guard, uint32_t next_state) {
  // acq_rel: initialisation happens before whoever sees the state (hardware level; the detector's clock is apart).
  const uint32_t before = state_of(guard).exchange(next_state, std::memory_order_acq_rel);
  if ((before & kWaiters) != 0) gorace::runtime::futex_wake(&state_of(guard), INT_MAX);
}

}  // namespace

extern "C" {

// Returns 1 when the caller must initialise.
[[gnu::weak]] int __cxa_guard_acquire(int64_t* guard) {
  std::atomic<uint32_t>& state = state_of(guard);
  for (;;) {
    uint32_t seen = 0;
    if (state.compare_exchange_strong(seen, kPending, std::memory_order_acq_rel, std::memory_order_acquire)) {
      gorace::detector::on_acquire(guard);  // of an attempt that failed
      gorace::detector::enter_initialiser(guard);
      return 1;
    }
    if ((seen & kInitialised) != 0) {
      gorace::detector::on_acquire(guard);
      return 0;
    }
    if ((seen & kWaiters) == 0 && !state.compare_exchange_strong(seen, seen | kWaiters, std::memory_order_relaxed))
      continue;
    gorace::runtime::futex_wait(&state, seen | kWaiters);
  }
}

[[gnu::weak]] void __cxa_guard_release(int64_t* guard) noexcept {
  gorace::detector::leave_initialiser();
  gorace::detector::on_release(guard);
  end_pending(guard, kInitialised);
}

[[gnu::weak]] void __cxa_guard_abort(int64_t* guard) noexcept {
  gorace::detector::leave_initialiser();
  gorace::detector::on_release(guard);
  end_pending(guard, 0);
}

}  // extern "C"
