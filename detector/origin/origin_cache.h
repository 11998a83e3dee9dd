// The look-up of an access's origin that nearly every slow path ends with: a hit in the thread's cache.
#ifndef GORACE_DETECTOR_ORIGIN_ORIGIN_CACHE_H_
#define GORACE_DETECTOR_ORIGIN_ORIGIN_CACHE_H_

#include <cstdint>

#include "detector/context/thread_state.h"
#include "detector/origin/origin.h"

namespace gorace::detector {

inline OriginCacheEntry& origin_cache_entry(ThreadState& state, uint64_t key) {
  // The upper bits of a product are the well mixed ones.
  return state.origins[key >> (64 - ThreadState::kOriginCacheBits)];
}

// access_key: what tells accesses' stacks apart. The accessing function's return address is in it because a function
// that calls nothing does not put itself into the calling context.
inline uint64_t access_key(uint64_t calling_context, uintptr_t pc, uintptr_t frame_pointer, AccessKind kind) {
  const uintptr_t return_address = reinterpret_cast<const uintptr_t*>(frame_pointer)[1];
  const uint64_t path = (calling_context + return_address) * GORACE_CONTEXT_MULTIPLIER;
  return (path + pc + (static_cast<uint64_t>(kind) << 56)) * GORACE_ORIGIN_KEY_MULTIPLIER;
}

static_assert(static_cast<int>(AccessKind::kPlain) == 0, "entry_x86_64.S makes the key of a plain access");

// intern_missed is the rest of intern_access when the cache did not have the key.
OriginId intern_missed(uint64_t key, uintptr_t pc, uintptr_t frame_pointer, AccessKind kind);

inline OriginId intern_plain_access(ThreadState& state, uint64_t calling_context, uintptr_t pc,
                                    uintptr_t frame_pointer) {
  const uint64_t key = access_key(calling_context, pc, frame_pointer, AccessKind::kPlain);
  const OriginCacheEntry& cached = origin_cache_entry(state, key);
  if (__builtin_expect(cached.key == key, 1)) return cached.origin;
  return intern_missed(key, pc, frame_pointer, AccessKind::kPlain);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ORIGIN_ORIGIN_CACHE_H_
