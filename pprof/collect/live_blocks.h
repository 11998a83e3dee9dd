// LiveBlocks: which sampled heap blocks are alive. Asked at every free of the program, and nearly always the answer is
// "not sampled": a table of counters by address (a counting Bloom filter with one hash) says so with one load.
//
// Thread safety: any thread, inside malloc and free. The filter is lock-free; a shard's table has a spin lock. Memory
// is gorace's own.
#ifndef GORACE_PPROF_COLLECT_LIVE_BLOCKS_H_
#define GORACE_PPROF_COLLECT_LIVE_BLOCKS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/base/spin_lock.h"

namespace gorace::pprof {

struct AllocationSite;

class LiveBlocks {
 public:
  constexpr LiveBlocks() = default;

  // add records a block that was just allocated and is not yet known to any other thread.
  void add(const void* block, AllocationSite* site);

  // remove returns the site of a sampled block and forgets it; null for one that was not sampled.
  AllocationSite* remove(const void* block) {
    // relaxed: the block came to the freeing thread by the program's own synchronisation, which orders this counter
    // too.
    if (filter_[filter_index(block)].load(std::memory_order_relaxed) == 0) return nullptr;
    return remove_slow(block);
  }

 private:
  static constexpr size_t kFilterSlots = 1 << 18;
  static constexpr size_t kShards = 64;
  static constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;

  struct Entry {
    const void* block;  // null: empty
    AllocationSite* site;
  };
  // Open addressing with linear probing, at most half full; removal shifts back what follows, so there are no
  // tombstones.
  struct alignas(64) Shard {
    runtime::SpinLock lock;
    Entry* entries = nullptr;
    size_t capacity = 0;  // a power of two
    size_t used = 0;
  };

  static uint64_t hash(const void* block) { return (reinterpret_cast<uintptr_t>(block) >> 4) * kMultiplier; }
  static size_t filter_index(const void* block) { return hash(block) >> 46; }
  static size_t home(const Shard& shard, const void* block) { return (hash(block) >> 20) & (shard.capacity - 1); }
  Shard& shard_of(const void* block) { return shards_[(hash(block) >> 12) % kShards]; }

  AllocationSite* remove_slow(const void* block);
  static void grow(Shard& shard);
  static void insert(Shard& shard, Entry entry);
  static void erase(Shard& shard, size_t index);

  std::atomic<uint32_t> filter_[kFilterSlots] = {};
  Shard shards_[kShards] = {};
};

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_COLLECT_LIVE_BLOCKS_H_
