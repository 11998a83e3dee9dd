#include "detector/shadow/large_history.h"

#include "runtime/base/internal_allocator.h"

namespace gorace::detector {

namespace {
constexpr size_t kFirstCapacity = 16;
}

template <class Edit>
void EntryTable::rebuild(Edit&& edit) {
  const EntryTable old = *this;
  words_ = nullptr;
  capacity_ = count_ = 0;
  old.for_each([&](uint64_t entry) {
    if (const uint64_t kept = edit(entry); kept != 0) insert(kept);
  });
  EntryTable(old).release();
}

void EntryTable::reallocate(size_t capacity) {
  const EntryTable old = *this;
  words_ = static_cast<uint64_t*>(runtime::internal_alloc(capacity * sizeof(uint64_t)));
  capacity_ = capacity;
  count_ = 0;
  old.for_each([&](uint64_t entry) { insert(entry); });
  EntryTable(old).release();
}

void EntryTable::insert(uint64_t word) {
  if (is_full()) reallocate(capacity_ == 0 ? kFirstCapacity : capacity_ * 2);
  size_t i = start(word);
  while (words_[i] != 0) i = after(i);
  words_[i] = word;
  ++count_;
}

bool EntryTable::replace(uint64_t word) {
  if (capacity_ == 0) return false;
  bool placed = false;
  for (size_t i = start(word); words_[i] != 0;) {
    if (identity_slot(words_[i]) == identity_slot(word)) {
      const uint64_t rest = words_[i] & ~(word & GORACE_BYTE_MASK);
      if (word_mask(rest) != 0) {
        words_[i] = rest;
      } else if (!placed) {
        words_[i] = word;
        placed = true;
      } else {
        erase(i);
        continue;  // another entry may have moved here
      }
    }
    i = after(i);
  }
  return placed;
}

// erase moves later entries of the probe sequence back, so that none is behind a gap (Knuth, TAOCP 3, 6.4, algorithm
// R).
void EntryTable::erase(size_t hole) {
  for (size_t i = after(hole); words_[i] != 0; i = after(i)) {
    const size_t from_home = (i - start(words_[i])) & (capacity_ - 1);
    if (from_home >= ((i - hole) & (capacity_ - 1))) {
      words_[hole] = words_[i];
      hole = i;
    }
  }
  words_[hole] = 0;
  --count_;
}

EntryTable EntryTable::clone() const {
  EntryTable copy;
  if (capacity_ != 0) copy.reallocate(capacity_);
  for_each([&](uint64_t entry) { copy.insert(entry); });
  return copy;
}

void EntryTable::release() {
  if (words_ != nullptr) runtime::internal_free(words_, capacity_ * sizeof(uint64_t));
  words_ = nullptr;
  capacity_ = count_ = 0;
}

LargeHistory* LargeHistory::create() { return runtime::internal_new<LargeHistory>(); }

void LargeHistory::destroy(LargeHistory* history) {
  for (EntryTable& table : history->tables_) table.release();
  runtime::internal_delete(history);
}

LargeHistory* LargeHistory::clone() const {
  LargeHistory* copy = create();
  for (int i = 0; i < kTables; ++i) copy->tables_[i] = tables_[i].clone();
  return copy;
}

size_t LargeHistory::size() const {
  size_t total = 0;
  for (const EntryTable& table : tables_) total += table.size();
  return total;
}

// look_at notes the races with a table's entries, and tells whether `word` dominates any.
bool LargeHistory::look_at(const EntryTable& table, bool is_write, const Access& access, uint64_t word) {
  bool any_dominated = false;
  table.for_each([&](uint64_t entry) {
    if (entry == word) return;
    if (!is_ordered(access.context, entry)) {
      note_race(access, entry, is_write);
    } else {
      any_dominated |= dominates(access, word, entry, is_write);
    }
  });
  return any_dominated;
}

void LargeHistory::drop_dominated(EntryTable& table, bool is_write, const Access& access, uint64_t word) {
  table.rebuild([&](uint64_t entry) {
    if (entry == word || !dominates(access, word, entry, is_write) || !is_ordered(access.context, entry)) return entry;
    return uint64_t{0};
  });
}

// place_own: the strand's earlier accesses of this direction and kind are ordered before the new one, which stands for
// their bytes from now on. Bytes are taken one by one: a strand that touches different parts of a granule in turn would
// otherwise leave an entry behind in every epoch.
void LargeHistory::place_own(const Access& access, uint64_t word) {
  EntryTable& table = table_of(access.is_write, access.is_atomic);
  if (table.replace(word)) return;
  if (table.is_full()) drop_dominated(table, access.is_write, access, word);
  table.insert(word);
}

void LargeHistory::access(const Access& access) {
  EntryTable& own_table = table_of(access.is_write, access.is_atomic);
  uint64_t word = access.word;
  const uint64_t* own = own_table.find_if(word, [&](uint64_t entry) { return same_identity(entry, word); });
  if (own != nullptr) {
    if (covers(*own, word)) return;
    word = access.is_atomic ? word | word_mask(*own) : merge_words(*own, word);
  }
  place_own(access, word);
  for (int i = 0; i < kTables; ++i) {
    const bool is_write = (i & 1) != 0;
    const bool is_atomic = (i & 2) != 0;
    if ((access.is_atomic && is_atomic) || !(access.is_write || is_write)) continue;
    if (look_at(tables_[i], is_write, access, word)) drop_dominated(tables_[i], is_write, access, word);
  }
}

void LargeHistory::add_read(uint64_t word) {
  EntryTable& table = table_of(false, false);
  const bool is_older =
      table.find_if(word, [&](uint64_t entry) { return identity_epoch(entry) > identity_epoch(word); }) != nullptr;
  if (is_older || !table.replace(word)) table.insert(word);
}

void LargeHistory::forget_bytes(uint8_t bytes) {
  for (EntryTable& table : tables_) {
    table.rebuild([&](uint64_t entry) {
      const uint64_t rest = entry & ~uint64_t{bytes};
      return word_mask(rest) != 0 ? rest : 0;
    });
  }
}

}  // namespace gorace::detector
