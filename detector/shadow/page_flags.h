// Page flags: a byte for each 4 KiB page of the program, saying whether something out of line hangs there (a shadow
// record, a meta chain), so that forgetting a large range looks only where there is something. Set when the first is
// made; cleared when the whole page is forgotten.
//
// Thread safety: any thread. A flag that is set while its page is being forgotten (which takes a bug in the program)
// may be lost: then a record is not recycled, nothing worse.
#ifndef GORACE_DETECTOR_SHADOW_PAGE_FLAGS_H_
#define GORACE_DETECTOR_SHADOW_PAGE_FLAGS_H_

#include <cstddef>
#include <cstdint>

#include "detector/abi/abi.h"

namespace gorace::detector {

inline constexpr int kPageShift = 12;
inline constexpr uintptr_t kPageBytes = uintptr_t{1} << kPageShift;
inline constexpr uint8_t kPageHasRecords = 1;
inline constexpr uint8_t kPageHasMeta = 2;
// The other bits count the frees at work in the page (freed.cc), up to a number that leaves room for as many threads
// more to find out that there are too many.
inline constexpr uint8_t kPageOneFree = 4;  // entry_x86_64.S has it, too
inline constexpr uint8_t kPageMostFrees = 32 * kPageOneFree;

inline constexpr size_t kPageFlagsBytes = (GORACE_APP_MASK + 1) >> kPageShift;
extern uint8_t* g_page_flags;  // set by map_shadow

inline uint8_t* page_flags_of(uintptr_t address) { return g_page_flags + ((address & GORACE_APP_MASK) >> kPageShift); }

inline void set_page_flag(uintptr_t address, uint8_t flag) {
  uint8_t* flags = page_flags_of(address);
  if ((__atomic_load_n(flags, __ATOMIC_RELAXED) & flag) == 0) __atomic_fetch_or(flags, flag, __ATOMIC_RELAXED);
}

// visit_flagged_pages calls visit(low, high) for the part of [low, high) in each page that has the flag. Pages that lie
// in the range whole lose it.
template <class Visit>
void visit_flagged_pages(uintptr_t low, uintptr_t high, uint8_t flag, Visit&& visit) {
  constexpr uintptr_t kPagesAtOnce = 8;
  for (uintptr_t page = low & ~(kPageBytes - 1); page < high;) {
    uint8_t* flags = page_flags_of(page);
    // Eight pages at once while none has anything.
    if (reinterpret_cast<uintptr_t>(flags) % kPagesAtOnce == 0 && high - page >= kPagesAtOnce * kPageBytes &&
        __atomic_load_n(reinterpret_cast<uint64_t*>(flags), __ATOMIC_RELAXED) == 0) {
      page += kPagesAtOnce * kPageBytes;
      continue;
    }
    if ((__atomic_load_n(flags, __ATOMIC_RELAXED) & flag) != 0) {
      const bool whole = page >= low && high - page >= kPageBytes;
      if (whole) __atomic_fetch_and(flags, static_cast<uint8_t>(~flag), __ATOMIC_RELAXED);
      visit(page < low ? low : page, high - page < kPageBytes ? high : page + kPageBytes);
    }
    page += kPageBytes;
  }
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_PAGE_FLAGS_H_
