#include "detector/shadow/read_lanes.h"

#include "detector/shadow/large_history.h"

namespace gorace::detector {

namespace {

bool is_after_writes(const Record& record, const Context& context) {
  bool is_after = true;
  for_each_entry(record, [&](uint64_t entry, bool is_write) { is_after &= !is_write || is_ordered(context, entry); });
  return is_after;
}

// is_free: no record's reads are in the lane. While its granule is locked somebody may be collecting them; `words` are
// those of the granule that the caller has locked himself, and `tag` is the present one there.
bool is_free(const ReadLane& lane, const uint64_t* words, uint64_t tag) {
  if (lane.tag == 0) return true;
  if (lane.words == words) return lane.tag != tag;
  const uint64_t word = __atomic_load_n(lane.words, __ATOMIC_ACQUIRE);
  return word != lane.tag && word != kBusy;
}

bool is_same_slot_or_later(uint64_t older, uint64_t newer) {
  return identity_slot(older) == identity_slot(newer) && identity_epoch(older) <= identity_epoch(newer);
}

// add_read adds a read that may be older or newer than what the record has of its strand: strands move between threads.
void add_read(Record& record, uint64_t word) {
  if (record.is_large()) {
    record.table->add_read(word);
    return;
  }
  int kept = 0;
  uint8_t write_bits = 0;
  bool is_covered = false;
  for (int i = 0; i < record.count; ++i) {
    const uint64_t entry = record.entry[i];
    const bool is_write = record.is_write(i);
    const bool is_read = !is_write && !word_is_atomic(entry);
    is_covered |= is_read && covers(entry, word) && is_same_slot_or_later(word, entry);
    if (is_read && !is_covered && covers(word, entry) && is_same_slot_or_later(entry, word)) continue;
    record.set_entry(kept, entry);
    write_bits = static_cast<uint8_t>(write_bits | is_write << kept);
    ++kept;
  }
  record.set_count(kept);
  record.set_write_bits(write_bits);
  if (!is_covered) add_entry(record, word, false);
}

}  // namespace

void note_read_in_place(ThreadState& state, uint64_t* words, uint64_t tag, const Context& context, uint64_t word) {
  Record& record = record_at(tagged_record(tag));
  if (++record.read_streak < record.lanes_after) return;
  const bool is_laned = is_private(record) && join_lanes(state, words, tag, context, word);
  record.read_streak = is_laned ? Record::kLaned : 0;
}

bool join_lanes(ThreadState& state, uint64_t* words, uint64_t tag, const Context& context, uint64_t word) {
  ReadLane& lane = read_lane_slot(state, tag);
  if (!is_free(lane, words, tag) || !is_after_writes(record_at(tagged_record(tag)), context)) return false;
  lane.words = words;
  __atomic_store_n(&lane.latest, word, __ATOMIC_RELAXED);
  __atomic_store_n(&lane.earlier, 0, __ATOMIC_RELAXED);
  // release: pairs with collect_lanes.
  __atomic_store_n(&lane.tag, tag, __ATOMIC_RELEASE);
  note_own_access(state, tag, word, false);
  return true;
}

void collect_lanes(Record& record, uint64_t tag) {
  record.read_streak = 0;
  if (record.lanes_after <= Record::kLaned / 2) record.lanes_after = static_cast<uint8_t>(record.lanes_after * 2);
  struct Collection {
    Record& record;
    uint64_t tag;
  } collection = {record, tag};
  order_loads_after_exchange();
  for_each_thread_state(
      [](ThreadState& state, void* argument) {
        const auto& [into, wanted] = *static_cast<Collection*>(argument);
        const ReadLane& lane = read_lane_slot(state, wanted);
        if (__atomic_load_n(&lane.tag, __ATOMIC_ACQUIRE) != wanted) return;
        // acquire, in this order: what was `latest` before stands in `earlier` then.
        add_read(into, __atomic_load_n(&lane.latest, __ATOMIC_ACQUIRE));
        const uint64_t earlier = __atomic_load_n(&lane.earlier, __ATOMIC_RELAXED);
        if (earlier != 0) add_read(into, earlier);
      },
      &collection);
}

}  // namespace gorace::detector
