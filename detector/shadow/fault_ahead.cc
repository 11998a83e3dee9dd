#include "detector/shadow/fault_ahead.h"

#include <cstring>

#include "detector/memory/region.h"
#include "detector/shadow/granule.h"

namespace gorace::detector {

uint8_t* g_shadow_known;

namespace {

constexpr size_t kMostPagesAhead = 16;

bool is_known(uintptr_t page) { return __atomic_load_n(shadow_known_of(page), __ATOMIC_RELAXED) != 0; }

void fault_in(uintptr_t page, size_t pages) {
  for (size_t i = 0; i < pages; ++i) __atomic_store_n(shadow_known_of(page + i * kPageBytes), 1, __ATOMIC_RELAXED);
  populate_pages(shadow_words(page), pages * kPageBytes * 2);
}

}  // namespace

void fault_in_order(uintptr_t address) {
  const uintptr_t page = address & ~(kPageBytes - 1);
  size_t pages = 1;
  while (pages < kMostPagesAhead && is_known(page - pages * kPageBytes) && !is_known(page + pages * kPageBytes))
    ++pages;
  // A page alone has memory by now.
  if (pages == 1) {
    __atomic_store_n(shadow_known_of(page), 1, __ATOMIC_RELAXED);
  } else {
    fault_in(page, pages);
  }
}

void fault_in_range(uintptr_t low, uintptr_t high) {
  uintptr_t page = low & ~(kPageBytes - 1);
  while (page < high) {
    size_t pages = 0;
    while (page + pages * kPageBytes < high && !is_known(page + pages * kPageBytes)) ++pages;
    if (pages != 0) fault_in(page, pages);
    page += (pages + 1) * kPageBytes;
  }
}

void forget_shadow(uintptr_t low, uintptr_t high) {
  uint8_t* begin = shadow_known_of(low);
  uint8_t* const end = begin + ((high - low) >> kPageShift);
  while (begin < end && reinterpret_cast<uintptr_t>(begin) % kPageBytes != 0) *begin++ = 0;
  const size_t whole = static_cast<size_t>(end - begin) & ~(kPageBytes - 1);
  if (whole != 0) discard_pages(begin, whole);
  memset(begin + whole, 0, static_cast<size_t>(end - begin) - whole);
}

}  // namespace gorace::detector
