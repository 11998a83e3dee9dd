// Fault-ahead: gives shadow its pages before the program meets them one by one. An inline check reads the shadow first,
// which maps the kernel's page of zeros; the write that follows replaces it, for which all the program's processors
// must flush their translations. So the first access to each page costs two faults and an interrupt to every other
// thread. Programs mostly come to pages in order: when the first one of some that lie in order is met, as many as lie
// behind it, up to 16, are given memory ahead, in one call. A range that is accessed whole gets its pages in the same
// way.
//
// (As file systems read ahead. Rejected: huge pages, 2 MiB for each sparse part; populating the shadow of each heap
// block when it is allocated, since many large ones are never filled.)
//
// That a page is known does not mean that it has memory: it may have been given back since. But a page that is not
// known has no shadow: it is noted before the first word stands in it (exact, since reset.cc passes over all others).
//
// Thread safety: any thread. Must not be called with a granule locked.
#ifndef GORACE_DETECTOR_SHADOW_FAULT_AHEAD_H_
#define GORACE_DETECTOR_SHADOW_FAULT_AHEAD_H_

#include <cstddef>
#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/shadow/page_flags.h"

namespace gorace::detector {

// What of a page of the program has memory, or had.
inline constexpr uint8_t kShadowKnown = 1;  // entry_x86_64.S has it, too
inline constexpr uint8_t kMetaKnown = 2;  // the words of syncvar/meta.h

extern uint8_t* g_known_pages;  // a byte for each page of the program; set by map_shadow

inline uint8_t* known_page_of(uintptr_t address) { return g_known_pages + ((address & GORACE_APP_MASK) >> kPageShift); }
inline bool is_known_page(uintptr_t address, uint8_t what) {
  return (__atomic_load_n(known_page_of(address), __ATOMIC_RELAXED) & what) != 0;
}

// note_page: shadow words of this page will not be zero.
void note_page(uintptr_t address, uint8_t what);

// known_pages_up_to counts the pages of [low, high), whole ones, whose shadow is known, but not beyond `most` + 1.
size_t known_pages_up_to(size_t most, uintptr_t low, uintptr_t high);

void fault_in_order(uintptr_t address, uint8_t what);
void fault_in_range(uintptr_t low, uintptr_t high);

// expect_meta: that of this address will be written, perhaps for the first time.
inline void expect_meta(uintptr_t address) {
  if (__builtin_expect(!is_known_page(address, kMetaKnown), 0)) fault_in_order(address, kMetaKnown);
}

// expect_shadow_of_range: the shadow of all these bytes will be written.
inline void expect_shadow_of_range(uintptr_t address, size_t bytes) {
  const uintptr_t last = address + bytes - 1;
  const bool is_one_page = (address ^ last) < kPageBytes;
  if (__builtin_expect(!is_one_page || !is_known_page(address, kShadowKnown), 0)) fault_in_range(address, last + 1);
}

// forget_shadow: whole pages of shadow will be given back.
void forget_shadow(uintptr_t low, uintptr_t high);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_FAULT_AHEAD_H_
