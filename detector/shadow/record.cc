#include "detector/shadow/record.h"

#include "detector/context/losses.h"
#include "detector/memory/index_slab.h"
#include "detector/shadow/intern.h"
#include "detector/shadow/large_history.h"
#include "detector/shadow/read_lanes.h"
#include "detector/shadow/transition.h"

namespace gorace::detector {
// One less than the index bits allow: kBusy is no record's tag.
constinit IndexSlab<Record> g_records((uint32_t{1} << kRecordIndexBits) - 1, "access histories");

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
  LargeHistory* large = LargeHistory::create();
  for (int i = 0; i < record.count; ++i) large->add(record.entry[i], record.is_write(i));
  record.set_count(Record::kLarge);
  record.table = large;
}

void make_small(Record& record) {
  LargeHistory* large = record.table;
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
  if (record.is_large() || record.is_laned() || !is_private(record)) return false;
  collect_atomics(record);
  int own = -1;
  for (int i = 0; i < record.count; ++i) {
    const uint64_t entry = record.entry[i];
    const bool same_way = record.is_write(i) == is_write && word_is_atomic(entry) == is_atomic;
    if (same_way && ((entry ^ word) & context.slot_mask) == 0 && covers(word, entry)) {
      own = i;
    } else if (is_atomic && word_is_atomic(entry)) {
      continue;  // kept: at most one for each strand, until a further strand comes
    } else if (!is_ordered(context, entry)) {
      if ((record.is_write(i) || is_write) && (entry & word & GORACE_BYTE_MASK) != 0) return false;
    } else if ((same_way || (is_write && !is_atomic)) && covers(word, entry)) {
      return false;  // to be dropped
    }
  }
  if (own < 0) return false;
  begin_change(record);
  record.set_entry(own, word);
  if (is_write || is_atomic) record.read_streak = 0;
  return true;
}

uint32_t make_record(ThreadState& state) {
  const uint32_t index = g_records.allocate(state.shadow_records);
  if (index == 0) {
    count_loss(Loss::kHistoryDropped);
    return 0;
  }
  Record& record = record_at(index);
  begin_change(record);
  record.set_count(0);
  record.set_write_bits(0);
  record.read_streak = 0;
  record.lanes_after = Record::kFirstLanesAfter;
  __atomic_store_n(&record.references, 1, __ATOMIC_RELAXED);
  return index;
}

uint32_t own_record(ThreadState& state, uint64_t tag) {
  const uint32_t index = tagged_record(tag);
  Record& record = record_at(index);
  if (is_private(record)) {
    collect_atomics(record);
    begin_change(record);
    if (record.is_laned()) collect_lanes(record, tag);
    return index;
  }
  const uint32_t copied = make_record(state);
  if (copied == 0) return 0;
  Record& copy = record_at(copied);
  if (record.is_large()) {
    copy.table = record.table->clone();
  } else {
    for (int i = 0; i < record.count; ++i) copy.set_entry(i, record.entry[i]);
    copy.set_write_bits(record.write_bits);
  }
  copy.set_count(record.count);
  drop_references(state, index, 1);
  return copied;
}

void drop_references(ThreadState& state, uint32_t index, uint32_t count) {
  Record& record = record_at(index);
  // acquire and release: what all others did with the record happens before its next life, or change in place.
  if (__atomic_sub_fetch(&record.references, count, __ATOMIC_ACQ_REL) != 0) return;
  if (record.is_large()) LargeHistory::destroy(record.table);
  // Out of versions, after sixteen million changes: it is left behind, since a tag must not come again.
  if (record.version + 1 < kRecordVersions) g_records.free(state.shadow_records, index);
}

void add_entry(Record& record, uint64_t entry, bool is_write) {
  if (record.count == Record::kEntries) make_large(record);
  if (record.is_large()) {
    record.table->add(entry, is_write);
    return;
  }
  record.set_entry(record.count, entry);
  record.set_write_bits((record.write_bits & ~(1u << record.count)) | is_write << record.count);
  record.set_count(record.count + 1);
}

void record_access(Record& record, const Access& access) {
  if (!record.is_large()) {
    access_small(record, access);
    return;
  }
  record.table->access(access);
  // Half of what made it large, so that it does not change back and forth.
  if (record.table->size() <= Record::kEntries / 2) make_small(record);
}

InlineHistory to_inline(const Record& record) {
  if (record.count > 2) return {};
  InlineHistory history;
  for (int i = 0; i < record.count; ++i) {
    uint64_t& place = record.is_write(i) ? history.write : history.read;
    if (place != 0 || word_is_atomic(record.entry[i])) return {};
    place = record.entry[i];
  }
  history.fits = true;
  return history;
}

uint64_t settle(ThreadState& state, uint64_t* words, uint32_t index, bool share) {
  const InlineHistory history = to_inline(record_at(index));
  if (!history.fits) return share ? intern_record(state, index) : tag_of(index);
  store_read_word(words, history.read);
  drop_references(state, index, 1);
  return history.write;
}

void forget_bytes(Record& record, uint8_t bytes) {
  if (record.is_large()) {
    record.table->forget_bytes(bytes);
    if (record.table->size() <= Record::kEntries / 2) make_small(record);
    return;
  }
  const Record before = record;
  record.set_count(0);
  record.set_write_bits(0);
  for (int i = 0; i < before.count; ++i) {
    const uint64_t entry = before.entry[i] & ~uint64_t{bytes};
    if (word_mask(entry) != 0) add_entry(record, entry, before.is_write(i));
  }
}

size_t shadow_records_in_use() {
  size_t cached = 0;
  for_each_thread_state(
      [](ThreadState& state, void* sum) {
        forget_transitions(state);
        forget_contents(state);
        *static_cast<size_t*>(sum) += state.shadow_records.count;
      },
      &cached);
  return g_records.outside_pool() - cached;
}

}  // namespace gorace::detector
