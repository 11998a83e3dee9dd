// Record: the exact history of a granule that two words cannot hold: bytes touched by different epochs, reads of
// several strands that are not ordered, atomic accesses, and accesses that raced.
//
// What a history holds: every access to which some later access could still be unordered. An entry goes when a new
// access is ordered after it, touches all its bytes, and conflicts with whatever it conflicts with (a write dominates
// reads and writes, a read reads; a plain access dominates atomic ones, an atomic access only those): whoever is
// unordered with the old entry is then unordered with the new one. So for every byte the verdict is that of full vector
// clocks for each kind of access (tests/unit/detector/oracle.h).
//
// Small: up to six entries in the record's own cache line. Large: four tables by kind and direction, hashed by slot, so
// that reads of 10,000 strands stay one probe each.
//
// Granules with the same history share a record (intern.h), so a record is changed only while a single granule refers
// to it, and copied otherwise (own_record).
//
// Thread safety: a record is used under the lock of a granule whose word 0 names it. Its content may also be read
// without (own_access.h): whoever finds word 0 unchanged afterwards has read the content that the tag stands for.
#ifndef GORACE_DETECTOR_SHADOW_RECORD_H_
#define GORACE_DETECTOR_SHADOW_RECORD_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "detector/memory/index_slab.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/race_list.h"

namespace gorace::detector {

class LargeHistory;

// Access: one access to one granule, on its way through the slow path.
struct Access {
  const Context& context;
  uint64_t word;  // identity, origin, and the bytes touched now
  bool is_write;
  bool is_atomic;
  uintptr_t address;  // of the granule, in the program
  RaceList& races;
};

struct alignas(64) Record {
  static constexpr int kEntries = 6;
  static constexpr uint8_t kLarge = 0xff;

  static constexpr uint8_t kLaned = 0xff;
  static constexpr uint8_t kFirstLanesAfter = 16;

  uint8_t count;        // entries in use; kLarge: the history is in `table`
  uint8_t write_bits;   // bit i: entry i is a write
  uint8_t read_streak;  // reads since anything else; kLaned: later reads are in lanes (read_lanes.h)
  uint8_t lanes_after;  // the streak that makes it so
  uint32_t version;     // of the tag that stands for the present content
  uint32_t references;  // granules that have the tag, and credits (intern.h)
  uint32_t attached;    // the threads, by number modulo 32, that may know newer atomic entries (atomic_access.h)
  union {
    uint64_t entry[kEntries];
    LargeHistory* table;
  };

  bool is_large() const { return count == kLarge; }
  bool is_laned() const { return read_streak == kLaned; }
  bool is_write(int i) const { return (write_bits >> i & 1) != 0; }

  // All are read without the granule's lock too. release: whoever sees the count sees its entries.
  void set_count(int value) { __atomic_store_n(&count, static_cast<uint8_t>(value), __ATOMIC_RELEASE); }
  void set_entry(int i, uint64_t word) { __atomic_store_n(&entry[i], word, __ATOMIC_RELAXED); }
  void set_write_bits(int value) { __atomic_store_n(&write_bits, static_cast<uint8_t>(value), __ATOMIC_RELAXED); }
};
static_assert(sizeof(Record) == 64);

// note_race adds a race of `access` with the entry when they conflict in some byte and are not ordered.
inline void note_race(const Access& access, uint64_t entry, bool entry_is_write) {
  const uint8_t overlap = word_mask(entry) & word_mask(access.word);
  if (overlap == 0 || !(entry_is_write || access.is_write)) return;
  if (access.is_atomic && word_is_atomic(entry)) return;
  access.races.add(access.address, entry, entry_is_write, overlap);
}

// dominates: whatever is unordered with and conflicts with `entry` (which is ordered before `access`) does so with
// `access`, whose word is `word`, too.
inline bool dominates(const Access& access, uint64_t word, uint64_t entry, bool entry_is_write) {
  return covers(word, entry) && (access.is_write || !entry_is_write) && (!access.is_atomic || word_is_atomic(entry));
}

extern IndexSlab<Record> g_records;
inline Record& record_at(uint32_t index) { return g_records.at(index); }
inline uint64_t tag_of(uint32_t index) { return make_tag(index, record_at(index).version); }

// is_private: the record may be changed in place. Only its own granule, whose lock the caller holds, refers to it.
inline bool is_private(const Record& record) {
  // acquire: pairs with drop_references. Whoever referred to it before has read what it wanted.
  return __atomic_load_n(&record.references, __ATOMIC_ACQUIRE) == 1 && record.version + 1 < kRecordVersions;
}

// begin_change: what follows changes a private record. Pairs with the fence in find_own_access.
inline void begin_change(Record& record) {
  ++record.version;
  record.attached = 0;
  std::atomic_thread_fence(std::memory_order_release);
}

// collect_atomics brings a record's atomic entries up to date with what the attached threads know. Before it is read or
// changed.
void collect_atomics(Record& record);

// make_record returns the index of an empty record with one reference, 0 when there is none left (counted as a loss).
uint32_t make_record(ThreadState& state);
// own_record returns the index of a record with the history of `tag` that is the calling granule's alone and may be
// changed: the same record, or a copy in its place. 0 when there is none left (counted); then nothing was changed.
uint32_t own_record(ThreadState& state, uint64_t tag);
// drop_references gives references back; the last one frees the record.
void drop_references(ThreadState& state, uint32_t index, uint32_t count);

// replace_own is record_access for the common case of an access that drops nothing but its strand's last one: a small
// private record has an entry of the same strand, direction and kind whose bytes it covers, and no entry races
// with it. False when it is something else; then nothing was changed.
bool replace_own(Record& record, const Context& context, uint64_t word, bool is_write, bool is_atomic);

// add_entry adds an entry to a record as it is.
void add_entry(Record& record, uint64_t entry, bool is_write);

// record_access adds the access to the history of a private record: notes its races, drops what it dominates.
void record_access(Record& record, const Access& access);

// InlineHistory: what a record comes down to when two words can hold it.
struct InlineHistory {
  bool fits = false;
  uint64_t write = 0;
  uint64_t read = 0;
};
InlineHistory to_inline(const Record& record);

// settle puts a changed history back where it belongs: into the two words if they can hold it, which frees the record.
// Returns the new word 0; word 1 is changed in that case only. `share`: other granules may have the same history.
uint64_t settle(ThreadState& state, uint64_t* words, uint32_t index, bool share = true);

// forget_bytes removes bytes from all entries of a private record.
void forget_bytes(Record& record, uint8_t bytes);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_RECORD_H_
