// LargeHistory: a record's entries when there are many, as four tables (plain and atomic, read and write). An access
// looks at the tables whose entries can conflict with it, and replaces its own strand's entry in its own table by one
// probe; a plain write looks at all and drops what it dominates; other entries are pruned when a table grows.
//
// Thread safety: as the record that owns it.
#ifndef GORACE_DETECTOR_SHADOW_LARGE_HISTORY_H_
#define GORACE_DETECTOR_SHADOW_LARGE_HISTORY_H_

#include <cstddef>
#include <cstdint>

#include "detector/shadow/record.h"

namespace gorace::detector {

// EntryTable: words hashed by their slot, linear probing. Entries of one slot (of different epochs) may be several;
// they touch different bytes, so there are at most eight.
class EntryTable {
 public:
  // find_if returns the place of the first entry with the word's slot for which matches(entry), or null.
  template <class Matches>
  uint64_t* find_if(uint64_t word, Matches&& matches) {
    if (capacity_ == 0) return nullptr;
    for (size_t i = start(word);; i = after(i)) {
      if (words_[i] == 0) return nullptr;
      if (identity_slot(words_[i]) == identity_slot(word) && matches(words_[i])) return &words_[i];
    }
  }
  void insert(uint64_t word);
  // replace puts `word` where its slot's entries stand, which lose the bytes that it touches: true. False when none of
  // them is left without bytes: then it must be inserted.
  bool replace(uint64_t word);
  bool is_full() const { return (count_ + 1) * 2 > capacity_; }
  // rebuild keeps edit(entry) of each entry, unless that is 0.
  template <class Edit>
  void rebuild(Edit&& edit);
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (size_t i = 0; i < capacity_; ++i) {
      if (words_[i] != 0) visit(words_[i]);
    }
  }
  size_t size() const { return count_; }
  // clone copies the entries; a plain copy of a table shares them.
  EntryTable clone() const;
  void release();

 private:
  size_t start(uint64_t word) const { return (identity_slot(word) * 0x9e3779b1u >> 8) & (capacity_ - 1); }
  size_t after(size_t i) const { return (i + 1) & (capacity_ - 1); }
  void erase(size_t hole);
  void reallocate(size_t capacity);

  uint64_t* words_ = nullptr;
  size_t capacity_ = 0;
  size_t count_ = 0;
};

class LargeHistory {
 public:
  static LargeHistory* create();
  static void destroy(LargeHistory* history);
  LargeHistory* clone() const;

  void add(uint64_t entry, bool is_write) { table_of(is_write, word_is_atomic(entry)).insert(entry); }
  void access(const Access& access);
  // add_read adds a plain read, which its strand may have made before or after those that are here.
  void add_read(uint64_t word);
  void forget_bytes(uint8_t bytes);
  size_t size() const;

  // for_each calls visit(entry, is_write).
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (int i = 0; i < kTables; ++i) {
      tables_[i].for_each([&](uint64_t entry) { visit(entry, (i & 1) != 0); });
    }
  }

 private:
  static constexpr int kTables = 4;

  EntryTable& table_of(bool is_write, bool is_atomic) { return tables_[int{is_write} + 2 * int{is_atomic}]; }
  static bool look_at(const EntryTable& table, bool is_write, const Access& access, uint64_t word);
  static void drop_dominated(EntryTable& table, bool is_write, const Access& access, uint64_t word);
  void place_own(const Access& access, uint64_t word);

  EntryTable tables_[kTables];  // index: 1 for writes + 2 for atomic
};

// for_each_entry calls visit(entry, is_write) for all that a record holds.
template <class Visit>
void for_each_entry(const Record& record, Visit&& visit) {
  if (record.is_large()) {
    record.table->for_each(visit);
    return;
  }
  for (int i = 0; i < record.count; ++i) visit(record.entry[i], record.is_write(i));
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_LARGE_HISTORY_H_
