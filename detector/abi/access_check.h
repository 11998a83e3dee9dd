// Access checks as C++ code: what the pass emits inline, for the functions of compiler-rt's ABI and for interceptors.
//
// Thread safety: each check belongs to the running strand; shadow words are shared (shadow/access.h).
#ifndef GORACE_DETECTOR_ABI_ACCESS_CHECK_H_
#define GORACE_DETECTOR_ABI_ACCESS_CHECK_H_

#include <cstddef>
#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/abi/call_stack.h"
#include "detector/context/private_phase.h"
#include "detector/shadow/access.h"

namespace gorace::detector {

enum class Direction : int { kWrite = 0, kRead = 1 };  // the index of the shadow word

// same_epoch tells that the running strand made the same access already in its present epoch. The access must lie in
// one granule.
inline bool same_epoch(uintptr_t address, size_t bytes, Direction direction) {
  const uintptr_t shadow = ((address & GORACE_APP_MASK & ~uintptr_t{7}) << 1) + GORACE_SHADOW_BASE;
  // relaxed: a stale word only costs a slow path, or is the strand's own.
  const uint64_t word =
      __atomic_load_n(reinterpret_cast<const uint64_t*>(shadow) + static_cast<int>(direction), __ATOMIC_RELAXED);
  const uint64_t mask = ((uint64_t{1} << bytes) - 1) << (address & 7);
  return ((word ^ __gorace_tls.current) & (GORACE_IDENTITY_MASK | mask)) == 0;
}

// check_range records an access of any size and alignment.
inline void check_range(const volatile void* address, size_t bytes, Direction direction, CallSite site,
                        AccessKind kind = AccessKind::kPlain) {
  Context* context = recording_context();
  if (context == nullptr || bytes == 0) return;
  // Asked first: most are repeated within an epoch, and finding the origin takes longer.
  const bool is_write = direction == Direction::kWrite;
  if ((kind == AccessKind::kPlain || in_private_phase()) &&
      is_recorded(*context, const_cast<const void*>(address), bytes, is_write))
    return;
  access_memory(context, const_cast<const void*>(address), bytes, is_write, origin_of_call(context, site, kind));
}

// check_access is check_range with the same-epoch test in front, for an access that lies in one granule.
inline void check_access(const volatile void* address, size_t bytes, Direction direction, CallSite site,
                         AccessKind kind = AccessKind::kPlain) {
  const auto start = reinterpret_cast<uintptr_t>(address);
  if (same_epoch(start, bytes, direction)) return;
  Context* context = recording_context();
  if (context == nullptr) return;
  access_granule(context, start, bytes, direction == Direction::kWrite, origin_of_call(context, site, kind));
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_ACCESS_CHECK_H_
