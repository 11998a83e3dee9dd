// Forgetting: memory that begins a new life. Words are cleared in bulk, without each granule's lock; only granules that
// have a record are locked, to recycle it. A program that accesses memory while it is being recycled (use after free)
// can thereby lose words of that very access; a record always has one owner, since only an exchange takes it out of
// word 0.
#include <cstring>

#include "detector/memory/region.h"
#include "detector/shadow/access.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/page_flags.h"
#include "detector/shadow/record.h"

namespace gorace::detector {
namespace {

// From this many bytes of program memory on, whole shadow pages are given back instead of written.
constexpr size_t kDiscardBytes = size_t{64} << 10;
constexpr size_t kShadowScale = 2;

void free_recorded(ThreadState& state, uintptr_t low, uintptr_t high) {
  for (uintptr_t address = low; address < high; address += kGranuleBytes) {
    uint64_t* words = shadow_words(address);
    if (!is_tagged(__atomic_load_n(words, __ATOMIC_RELAXED))) continue;
    const uint64_t word = lock_granule(state, words);
    if (is_tagged(word)) free_record(state, tagged_record(word));
    unlock_granule(state, words, 0);
  }
}

// forget_part removes some bytes of one granule.
void forget_part(ThreadState& state, uintptr_t address, uint8_t bytes) {
  uint64_t* words = shadow_words(address);
  if (__atomic_load_n(words, __ATOMIC_RELAXED) == 0 && load_read_word(words) == 0) return;
  uint64_t word = lock_granule(state, words);
  if (is_tagged(word)) {
    Record& record = record_at(tagged_record(word));
    forget_bytes(record, bytes);
    if (const InlineHistory history = to_inline(record); history.fits) {
      free_record(state, tagged_record(word));
      store_read_word(words, history.read);
      word = history.write;
    } else {
      store_read_word(words, 0);
    }
  } else {
    const uint64_t read = load_read_word(words) & ~uint64_t{bytes};
    store_read_word(words, word_mask(read) != 0 ? read : 0);
    word &= ~uint64_t{bytes};
    if (word_mask(word) == 0) word = 0;
  }
  unlock_granule(state, words, word);
}

void clear_words(uintptr_t low, uintptr_t high) {
  auto* begin = reinterpret_cast<char*>(shadow_words(low));
  const size_t bytes = (high - low) * kShadowScale;
  if (high - low < kDiscardBytes) {
    memset(begin, 0, bytes);
    return;
  }
  const size_t head = -reinterpret_cast<uintptr_t>(begin) % kPageBytes;
  const size_t tail = (reinterpret_cast<uintptr_t>(begin) + bytes) % kPageBytes;
  memset(begin, 0, head);
  discard_pages(begin + head, bytes - head - tail);
  memset(begin + bytes - tail, 0, tail);
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
                      [&](uintptr_t from, uintptr_t to) { free_recorded(state, from, to); });
  clear_words(first_whole, last_whole);
}

}  // namespace gorace::detector
