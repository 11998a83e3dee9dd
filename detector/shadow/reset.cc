// Forgetting: memory that begins a new life. Words are cleared in bulk, without each granule's lock; only granules that
// have a record are locked, to give their references back. A program that accesses memory while it is being recycled
// (use after free) can thereby lose words of that very access, or leave a reference behind; none is given back twice,
// since only an exchange takes a tag out of word 0.
#include <cstring>

#include "detector/memory/region.h"
#include "detector/shadow/access.h"
#include "detector/shadow/fault_ahead.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/page_flags.h"
#include "detector/shadow/record.h"

namespace gorace::detector {
namespace {

// From this many bytes of program memory on, whole shadow pages are given back instead of written.
constexpr size_t kDiscardBytes = size_t{64} << 10;
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
  forget_shadow((low + kPageBytes - 1) & ~(kPageBytes - 1), high & ~(kPageBytes - 1));
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
                      [&](uintptr_t from, uintptr_t to) { drop_recorded(state, from, to); });
  clear_words(first_whole, last_whole);
}

}  // namespace gorace::detector
