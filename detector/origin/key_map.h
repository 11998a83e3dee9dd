// KeyMap: 64-bit key -> 32-bit id, for interning. Entries are added and never removed. Look-ups take no lock.
//
// Open addressing. A table that is half full is replaced by one twice as large; the old one stays readable for those
// who still hold it (a look-up there may miss a new entry, then insert_or_get finds it under the lock). The sum of all
// old tables is less than the last.
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_ORIGIN_KEY_MAP_H_
#define GORACE_DETECTOR_ORIGIN_KEY_MAP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {

class KeyMap {
 public:
  constexpr KeyMap() = default;
  KeyMap(const KeyMap&) = delete;
  KeyMap& operator=(const KeyMap&) = delete;

  // find returns the id, or 0 when there is none (ids are never 0).
  uint32_t find(uint64_t key) const {
    // acquire: pairs with the release in grow(), so that the table's entries are there.
    const Table* table = table_.load(std::memory_order_acquire);
    return table == nullptr ? 0 : find_in(*table, key);
  }

  // insert_or_get returns the id of `key`; when it is new, make() gives its id (0: not kept) under the map's lock.
  template <class Make>
  uint32_t insert_or_get(uint64_t key, Make&& make) {
    lock_.lock();
    uint32_t id = find(key);
    if (id == 0) {
      id = make();
      if (id != 0) insert(key, id);
    }
    lock_.unlock();
    return id;
  }

 private:
  static constexpr size_t kFirstCapacity = 1024;

  struct Entry {
    std::atomic<uint64_t> key;
    std::atomic<uint32_t> id;  // written before key
  };
  struct Table {
    size_t capacity;
    Entry* entries;
  };

  // 0 marks an empty entry.
  static uint64_t stored_key(uint64_t key) { return key == 0 ? 1 : key; }
  static size_t start(uint64_t key, size_t capacity) { return (key ^ (key >> 32)) & (capacity - 1); }

  static uint32_t find_in(const Table& table, uint64_t key) {
    key = stored_key(key);
    for (size_t i = start(key, table.capacity);; i = (i + 1) & (table.capacity - 1)) {
      // acquire: pairs with the release in put(), so that the id is there.
      const uint64_t present = table.entries[i].key.load(std::memory_order_acquire);
      if (present == key) return table.entries[i].id.load(std::memory_order_relaxed);
      if (present == 0) return 0;
    }
  }

  static void put(Table& table, uint64_t key, uint32_t id) {
    size_t i = start(key, table.capacity);
    while (table.entries[i].key.load(std::memory_order_relaxed) != 0) i = (i + 1) & (table.capacity - 1);
    table.entries[i].id.store(id, std::memory_order_relaxed);
    table.entries[i].key.store(key, std::memory_order_release);
  }

  void insert(uint64_t key, uint32_t id) {
    Table* table = table_.load(std::memory_order_relaxed);
    if (table == nullptr || (count_ + 1) * 2 > table->capacity) table = grow(table);
    put(*table, stored_key(key), id);
    ++count_;
  }

  Table* grow(Table* old) {
    auto* grown = runtime::internal_new<Table>();
    grown->capacity = old == nullptr ? kFirstCapacity : old->capacity * 2;
    grown->entries = static_cast<Entry*>(runtime::internal_alloc(grown->capacity * sizeof(Entry)));
    for (size_t i = 0; old != nullptr && i < old->capacity; ++i) {
      const uint64_t key = old->entries[i].key.load(std::memory_order_relaxed);
      if (key != 0) put(*grown, key, old->entries[i].id.load(std::memory_order_relaxed));
    }
    table_.store(grown, std::memory_order_release);
    return grown;
  }

  std::atomic<Table*> table_{nullptr};
  runtime::SpinLock lock_;  // guards insertions
  size_t count_ = 0;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ORIGIN_KEY_MAP_H_
