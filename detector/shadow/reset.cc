// Forgetting: memory that begins a new life. Words are cleared in bulk, without each granule's lock; only granules that
// have a record are locked, to give their references back. A program that accesses memory while it is being recycled
// (use after free) can thereby lose words of that very access, or leave a reference behind; none is given back twice,
// since only an exchange takes a tag out of word 0.
//
// Pages whose shadow was never used are passed over (fault_ahead.h knows them): most of a large block often is, and to
// write zeros there would give it memory.
#include <cstring>

#include "detector/memory/region.h"
#include "detector/shadow/access.h"
#include "detector/shadow/fault_ahead.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/page_flags.h"
#include "detector/shadow/record.h"

namespace gorace::detector {
namespace {

// From this many bytes of program memory on, whole shadow pages are given back instead of written, if more than a few
// have been used: to give back and to meet again is four times the cost of writing.
constexpr size_t kDiscardBytes = size_t{64} << 10;
constexpr size_t kFewPages = 8;
// Of more than this it is not asked which pages have been used.
constexpr size_t kAskedBytes = size_t{1} << 30;
constexpr size_t kShadowScale = 2;

// References counts the references of neighbours to one record, to give them back at once.
class References {
 public:
  explicit References(ThreadState& state) : state_(state) {}
  ~References() { drop(); }
  References(const References&) = delete;
  References& operator=(const References&) = delete;

  void add(uint32_t index) {
    if (index != index_) drop();
    index_ = index;
    ++count_;
  }

 private:
  void drop() {
    if (count_ != 0) drop_references(state_, index_, count_);
    count_ = 0;
  }

  ThreadState& state_;
  uint32_t index_ = 0;
  uint32_t count_ = 0;
};

void drop_recorded(ThreadState& state, uintptr_t low, uintptr_t high) {
  References references(state);
  for (uintptr_t address = low; address < high; address += kGranuleBytes) {
    uint64_t* words = shadow_words(address);
    if (!is_tagged(__atomic_load_n(words, __ATOMIC_RELAXED))) continue;
    const uint64_t word = lock_granule(state, words);
    if (is_tagged(word)) references.add(tagged_record(word));
    unlock_granule(state, words, 0);
  }
}

// forget_part removes some bytes of one granule.
void forget_part(ThreadState& state, uintptr_t address, uint8_t bytes) {
  uint64_t* words = shadow_words(address);
  if (__atomic_load_n(words, __ATOMIC_RELAXED) == 0 && load_read_word(words) == 0) return;
  uint64_t word = lock_granule(state, words);
  if (is_tagged(word)) {
    const uint32_t index = own_record(state, word);
    store_read_word(words, 0);
    if (index == 0) {
      // Its other bytes are forgotten as well, which make_record has counted.
      drop_references(state, tagged_record(word), 1);
      word = 0;
    } else {
      forget_bytes(record_at(index), bytes);
      word = settle(state, words, index);
    }
  } else {
    const uint64_t read = load_read_word(words) & ~uint64_t{bytes};
    store_read_word(words, word_mask(read) != 0 ? read : 0);
    word &= ~uint64_t{bytes};
    if (word_mask(word) == 0) word = 0;
  }
  unlock_granule(state, words, word);
}

void clear_used(uintptr_t low, uintptr_t high) {
  while (low < high) {
    const uintptr_t page_end = (low & ~(kPageBytes - 1)) + kPageBytes;
    const uintptr_t end = high < page_end ? high : page_end;
    if (is_known_page(low, kShadowKnown)) memset(shadow_words(low), 0, (end - low) * kShadowScale);
    low = end;
  }
}

bool has_few_used_pages(uintptr_t low, uintptr_t high) {
  return high - low < kAskedBytes && known_pages_up_to(kFewPages, low, high) <= kFewPages;
}

void clear_words(uintptr_t low, uintptr_t high) {
  if (high - low < kDiscardBytes) return clear_used(low, high);
  const uintptr_t first_page = (low + kPageBytes - 1) & ~(kPageBytes - 1);
  const uintptr_t last_page = high & ~(kPageBytes - 1);
  if (has_few_used_pages(first_page, last_page)) return clear_used(low, high);
  clear_used(low, first_page);
  // In this order: what comes in between is noted anew.
  forget_shadow(first_page, last_page);
  discard_pages(shadow_words(first_page), (last_page - first_page) * kShadowScale);
  clear_used(last_page, high);
}

}  // namespace

void reset_memory(const void* address, size_t bytes) {
  if (bytes == 0 || !shadow_mapped()) return;
  ThreadState& state = thread_state();
  if (state.locked_granule != nullptr) return;
  DetectorScope scope(state);
  const auto low = reinterpret_cast<uintptr_t>(address);
  const uintptr_t high = low + bytes;
  const uintptr_t first_whole = (low + kGranuleBytes - 1) & ~(kGranuleBytes - 1);
  const uintptr_t last_whole = high & ~(kGranuleBytes - 1);
  if (first_whole > last_whole) {  // inside one granule
    forget_part(state, low, static_cast<uint8_t>(((1u << bytes) - 1) << low % kGranuleBytes));
    return;
  }
  if (low < first_whole) forget_part(state, low, static_cast<uint8_t>(0xffu << low % kGranuleBytes));
  if (last_whole < high) forget_part(state, last_whole, static_cast<uint8_t>((1u << high % kGranuleBytes) - 1));
  if (first_whole == last_whole) return;
  visit_flagged_pages(first_whole, last_whole, kPageHasRecords,
                      [&](uintptr_t from, uintptr_t to) { drop_recorded(state, from, to); });
  clear_words(first_whole, last_whole);
}

}  // namespace gorace::detector
