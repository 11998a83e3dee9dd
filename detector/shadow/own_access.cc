#include "detector/shadow/own_access.h"

#include <atomic>

#include "detector/shadow/record.h"

namespace gorace::detector {

[[gnu::noinline]] bool find_own_access(ThreadState& state, const uint64_t* words, uint64_t current, uint8_t mask,
                                       bool is_write) {
  // acquire: pairs with unlock_granule; the record has at least the content that the tag stands for.
  const uint64_t tag = __atomic_load_n(words, __ATOMIC_ACQUIRE);
  if (!is_tagged(tag) || tag == kBusy) return false;
  const Record& record = record_at(tagged_record(tag));
  const int count = __atomic_load_n(&record.count, __ATOMIC_ACQUIRE);
  if (count > Record::kEntries) return false;
  // A history has one plain entry for each strand, epoch and direction.
  uint64_t own = 0;
  for (int i = 0; i < count; ++i) {
    const uint64_t entry = __atomic_load_n(&record.entry[i], __ATOMIC_RELAXED);
    if (!same_identity(entry, current) || word_is_atomic(entry)) continue;
    if (((__atomic_load_n(&record.write_bits, __ATOMIC_RELAXED) >> i & 1) != 0) == is_write) own = entry;
  }
  // Whoever has changed the record since, for this granule or in another life, began after this granule's word had
  // been exchanged. Pairs with the fence in begin_change.
  std::atomic_thread_fence(std::memory_order_acquire);
  if (__atomic_load_n(words, __ATOMIC_RELAXED) != tag) return false;
  // That there is none is noted too: it stays as true.
  note_own_access(state, tag, own, is_write);
  return own != 0 && covers(own, mask);
}

}  // namespace gorace::detector
