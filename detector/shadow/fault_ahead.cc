#include "detector/shadow/fault_ahead.h"

#include <cstring>

#include "detector/memory/region.h"
#include "detector/shadow/granule.h"

namespace gorace::detector {

uint8_t* g_known_pages;

namespace {

constexpr size_t kMostPagesAhead = 16;

void note_pages(uintptr_t page, size_t pages, uint8_t what) {
  for (size_t i = 0; i < pages; ++i) note_page(page + i * kPageBytes, what);
}

void fault_in(uintptr_t page, size_t pages, uint8_t what) {
  note_pages(page, pages, what);
  if (what == kShadowKnown) {
    populate_pages(shadow_words(page), pages * kPageBytes * 2);
    return;
  }
  // Four pages of the program share one of meta words.
  const uintptr_t begin = (GORACE_META_BASE + (page & GORACE_APP_MASK) / 4) & ~(kPageBytes - 1);
  const uintptr_t end = GORACE_META_BASE + ((page & GORACE_APP_MASK) + pages * kPageBytes) / 4;
  populate_pages(reinterpret_cast<void*>(begin), (end - begin + kPageBytes - 1) & ~(kPageBytes - 1));
}

}  // namespace

void note_page(uintptr_t address, uint8_t what) {
  // One step: another thread may note the other kind.
  if (!is_known_page(address, what)) __atomic_fetch_or(known_page_of(address), what, __ATOMIC_RELAXED);
}

size_t known_pages_up_to(size_t most, uintptr_t low, uintptr_t high) {
  constexpr uintptr_t kPagesAtOnce = 8;
  size_t count = 0;
  for (uintptr_t page = low; page < high && count <= most;) {
    const uint8_t* known = known_page_of(page);
    if (reinterpret_cast<uintptr_t>(known) % kPagesAtOnce == 0 && high - page >= kPagesAtOnce * kPageBytes &&
        __atomic_load_n(reinterpret_cast<const uint64_t*>(known), __ATOMIC_RELAXED) == 0) {
      page += kPagesAtOnce * kPageBytes;
      continue;
    }
    count += is_known_page(page, kShadowKnown);
    page += kPageBytes;
  }
  return count;
}

void fault_in_order(uintptr_t address, uint8_t what) {
  const uintptr_t page = address & ~(kPageBytes - 1);
  size_t pages = 1;
  while (pages < kMostPagesAhead && is_known_page(page - pages * kPageBytes, what) &&
         !is_known_page(page + pages * kPageBytes, what)) {
    ++pages;
  }
  if (pages == 1) {
    note_pages(page, 1, what);  // alone, it comes by itself
  } else {
    fault_in(page, pages, what);
  }
}

void fault_in_range(uintptr_t low, uintptr_t high) {
  uintptr_t page = low & ~(kPageBytes - 1);
  while (page < high) {
    size_t pages = 0;
    while (page + pages * kPageBytes < high && !is_known_page(page + pages * kPageBytes, kShadowKnown)) ++pages;
    if (pages != 0) fault_in(page, pages, kShadowKnown);
    page += (pages + 1) * kPageBytes;
  }
}

void forget_shadow(uintptr_t low, uintptr_t high) {
  uint8_t* begin = known_page_of(low);
  uint8_t* const end = begin + ((high - low) >> kPageShift);
  while (begin < end && reinterpret_cast<uintptr_t>(begin) % kPageBytes != 0) *begin++ = 0;
  const size_t whole = static_cast<size_t>(end - begin) & ~(kPageBytes - 1);
  if (whole != 0) discard_pages(begin, whole);
  memset(begin + whole, 0, static_cast<size_t>(end - begin) - whole);
}

}  // namespace gorace::detector
