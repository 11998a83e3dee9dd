// Helpers of the detector's unit tests: strands made by hand, and origins that stand for them.
#ifndef GORACE_TESTS_UNIT_DETECTOR_TEST_STRANDS_H_
#define GORACE_TESTS_UNIT_DETECTOR_TEST_STRANDS_H_

#include <atomic>
#include <cstdint>

#include "detector/context/context.h"
#include "detector/origin/origin.h"
#include "detector/shadow/access.h"

namespace gorace::detector::testing {

// new_strand makes a strand with an id of its own.
inline Context* new_strand(Context* creator, StrandKind kind = StrandKind::kGoroutine) {
  static std::atomic<uint64_t> next_id{1};
  map_shadow();
  return context_create(creator, kind, next_id.fetch_add(1), kUnknownOrigin);
}

// origin_at makes the origin of an access at a made-up place.
inline OriginId origin_at(uintptr_t place, AccessKind kind = AccessKind::kPlain) {
  const uintptr_t frames[] = {0x400000 + place};
  return intern_stack(frames, 1, kind);
}

inline void write_to(Context* context, const volatile void* address, size_t bytes, uintptr_t place = 1) {
  access_memory(context, const_cast<const void*>(address), bytes, true, origin_at(place));
}
inline void read_from(Context* context, const volatile void* address, size_t bytes, uintptr_t place = 2) {
  access_memory(context, const_cast<const void*>(address), bytes, false, origin_at(place));
}
inline void atomic_write_to(Context* context, const volatile void* address, size_t bytes, uintptr_t place = 3) {
  access_memory(context, const_cast<const void*>(address), bytes, true, origin_at(place, AccessKind::kAtomic));
}
inline void atomic_read_from(Context* context, const volatile void* address, size_t bytes, uintptr_t place = 4) {
  access_memory(context, const_cast<const void*>(address), bytes, false, origin_at(place, AccessKind::kAtomic));
}

}  // namespace gorace::detector::testing

#endif  // GORACE_TESTS_UNIT_DETECTOR_TEST_STRANDS_H_
