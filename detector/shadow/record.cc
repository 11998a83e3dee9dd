#include "detector/shadow/record.h"

#include "detector/context/losses.h"
#include "detector/memory/index_slab.h"
#include "detector/shadow/large_history.h"
#include "detector/shadow/page_flags.h"

namespace gorace::detector {
constinit IndexSlab<Record> g_records(uint32_t{1} << 28, "access histories");

namespace {

// find_own returns the index of the entry of this very epoch, direction and kind, or -1.
int find_own(const Record& record, const Access& access) {
  for (int i = 0; i < record.count; ++i) {
    if (same_identity(record.entry[i], access.word) && record.is_write(i) == access.is_write &&
        word_is_atomic(record.entry[i]) == access.is_atomic) {
      return i;
    }
  }
  return -1;
}

// merge_own: the own entry of this epoch becomes part of the new one. Atomic origins are not composed: the newest
// stands for all bytes.
uint64_t merge_own(uint64_t older, const Access& access) {
  if (access.is_atomic) return access.word | word_mask(older);
  return merge_words(older, access.word);
}

void make_large(Record& record) {
  record.large = LargeHistory::create();
  for (int i = 0; i < record.count; ++i) record.large->add(record.entry[i], record.is_write(i));
  record.set_count(0);
}

void make_small(Record& record) {
  LargeHistory* large = record.large;
  record.begin_change();
  record.large = nullptr;
  record.set_count(0);
  record.set_write_bits(0);
  large->for_each([&](uint64_t entry, bool is_write) { add_entry(record, entry, is_write); });
  LargeHistory::destroy(large);
}

void access_small(Record& record, const Access& access) {
  uint64_t merged = access.word;
  const int own = find_own(record, access);
  if (own >= 0) {
    // Done in this epoch already: whoever came since has checked against it.
    if (covers(record.entry[own], access.word)) return;
    merged = merge_own(record.entry[own], access);
  }
  record.begin_change();
  int kept = 0;
  uint8_t write_bits = 0;
  for (int i = 0; i < record.count; ++i) {
    const uint64_t entry = record.entry[i];
    const bool is_write = record.is_write(i);
    if (i == own) continue;
    if (!is_ordered(access.context, entry)) {
      note_race(access, entry, is_write);
    } else if (dominates(access, merged, entry, is_write)) {
      continue;
    }
    record.set_entry(kept, entry);
    write_bits = static_cast<uint8_t>(write_bits | is_write << kept);
    ++kept;
  }
  record.set_count(kept);
  record.set_write_bits(write_bits);
  add_entry(record, merged, access.is_write);
}

}  // namespace

bool replace_own(Record& record, const Context& context, uint64_t word, bool is_write, bool is_atomic) {
  int own = -1;
  for (int i = 0; i < record.count; ++i) {  // none when the record is large
    const uint64_t entry = record.entry[i];
    const bool same_way = record.is_write(i) == is_write && word_is_atomic(entry) == is_atomic;
    if (same_way && (entry ^ word) >> context.slot_shift == 0 && covers(word, entry)) {
      own = i;
    } else if (is_atomic && word_is_atomic(entry)) {
      continue;  // kept: at most one for each strand, until a further strand comes
    } else if (!is_ordered(context, entry)) {
      if ((record.is_write(i) || is_write) && (entry & word & GORACE_BYTE_MASK) != 0) return false;
    } else if (same_way && covers(word, entry)) {
      return false;  // to be dropped
    }
  }
  if (own < 0) return false;
  record.set_entry(own, word);
  return true;
}

bool holds_own_read(const uint64_t* words, uint64_t current, uint8_t mask) {
  const uint64_t tag = __atomic_load_n(words, __ATOMIC_RELAXED);
  if (!is_tagged(tag) || tag == kBusy) return false;
  const Record& record = record_at(tagged_record(tag));
  const uint32_t version = __atomic_load_n(&record.version, __ATOMIC_ACQUIRE);
  // The tag again, after the version: nobody is changing this granule's record. acquire: pairs with unlock_granule.
  if (__atomic_load_n(words, __ATOMIC_ACQUIRE) != tag) return false;
  const int count = __atomic_load_n(&record.count, __ATOMIC_ACQUIRE);
  for (int i = 0; i < count; ++i) {
    const uint64_t entry = __atomic_load_n(&record.entry[i], __ATOMIC_RELAXED);
    if (!same_identity(entry, current) || !covers(entry, mask) || word_is_atomic(entry)) continue;
    if ((__atomic_load_n(&record.write_bits, __ATOMIC_RELAXED) >> i & 1) != 0) continue;
    // Whoever has changed it since, for this granule or another one, began by changing the version.
    std::atomic_thread_fence(std::memory_order_acquire);
    return __atomic_load_n(&record.version, __ATOMIC_RELAXED) == version;
  }
  return false;
}

uint32_t make_record(ThreadState& state, uintptr_t address) {
  const uint32_t index = g_records.allocate(state.shadow_records);
  if (index == 0) {
    count_loss(Loss::kHistoryDropped);
    return 0;
  }
  set_page_flag(address, kPageHasRecords);
  Record& record = record_at(index);
  record.begin_change();
  record.set_count(0);
  record.set_write_bits(0);
  record.large = nullptr;
  return index;
}

void free_record(ThreadState& state, uint32_t index) {
  Record& record = record_at(index);
  if (record.large != nullptr) LargeHistory::destroy(record.large);
  record.large = nullptr;
  g_records.free(state.shadow_records, index);
}

void add_entry(Record& record, uint64_t entry, bool is_write) {
  if (record.large == nullptr && record.count == Record::kEntries) make_large(record);
  if (record.large != nullptr) {
    record.large->add(entry, is_write);
    return;
  }
  record.set_entry(record.count, entry);
  record.set_write_bits((record.write_bits & ~(1u << record.count)) | is_write << record.count);
  record.set_count(record.count + 1);
}

void record_access(Record& record, const Access& access) {
  if (record.large == nullptr) {
    access_small(record, access);
    return;
  }
  record.large->access(access);
  // Half of what made it large, so that it does not change back and forth.
  if (record.large->size() <= Record::kEntries / 2) make_small(record);
}

InlineHistory to_inline(const Record& record) {
  if (record.large != nullptr || record.count > 2) return {};
  InlineHistory history;
  for (int i = 0; i < record.count; ++i) {
    uint64_t& place = record.is_write(i) ? history.write : history.read;
    if (place != 0 || word_is_atomic(record.entry[i])) return {};
    place = record.entry[i];
  }
  history.fits = true;
  return history;
}

void forget_bytes(Record& record, uint8_t bytes) {
  if (record.large != nullptr) {
    record.large->forget_bytes(bytes);
    if (record.large->size() <= Record::kEntries / 2) make_small(record);
    return;
  }
  const Record before = record;
  record.begin_change();
  record.set_count(0);
  record.set_write_bits(0);
  for (int i = 0; i < before.count; ++i) {
    const uint64_t entry = before.entry[i] & ~uint64_t{bytes};
    if (word_mask(entry) != 0) add_entry(record, entry, before.is_write(i));
  }
}

size_t shadow_records_in_use() {
  size_t cached = 0;
  for_each_thread_state([](ThreadState& state, void* sum) { *static_cast<size_t*>(sum) += state.shadow_records.count; },
                        &cached);
  return g_records.outside_pool() - cached;
}

}  // namespace gorace::detector
