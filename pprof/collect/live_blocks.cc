#include "pprof/collect/live_blocks.h"

#include "runtime/base/internal_allocator.h"

namespace gorace::pprof {

void LiveBlocks::insert(Shard& shard, Entry entry) {
  size_t index = home(shard, entry.block);
  while (shard.entries[index].block != nullptr) index = (index + 1) & (shard.capacity - 1);
  shard.entries[index] = entry;
}

void LiveBlocks::grow(Shard& shard) {
  Entry* const former = shard.entries;
  const size_t former_capacity = shard.capacity;
  shard.capacity = former_capacity == 0 ? 64 : former_capacity * 2;
  shard.entries = static_cast<Entry*>(runtime::internal_alloc(shard.capacity * sizeof(Entry)));
  for (size_t i = 0; i < former_capacity; ++i) {
    if (former[i].block != nullptr) insert(shard, former[i]);
  }
  if (former != nullptr) runtime::internal_free(former, former_capacity * sizeof(Entry));
}

// Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm R.
void LiveBlocks::erase(Shard& shard, size_t hole) {
  const size_t mask = shard.capacity - 1;
  for (size_t next = (hole + 1) & mask; shard.entries[next].block != nullptr; next = (next + 1) & mask) {
    // `next` may move into the hole unless its home lies cyclically in (hole, next].
    const size_t from_home = (next - home(shard, shard.entries[next].block)) & mask;
    if (from_home < ((next - hole) & mask)) continue;
    shard.entries[hole] = shard.entries[next];
    hole = next;
  }
  shard.entries[hole] = {};
}

void LiveBlocks::add(const void* block, AllocationSite* site) {
  Shard& shard = shard_of(block);
  shard.lock.lock();
  if (2 * (shard.used + 1) > shard.capacity) grow(shard);
  insert(shard, {block, site});
  ++shard.used;
  shard.lock.unlock();
  filter_[filter_index(block)].fetch_add(1, std::memory_order_relaxed);
}

AllocationSite* LiveBlocks::remove_slow(const void* block) {
  Shard& shard = shard_of(block);
  AllocationSite* site = nullptr;
  shard.lock.lock();
  if (shard.capacity != 0) {
    size_t index = home(shard, block);
    while (shard.entries[index].block != nullptr && shard.entries[index].block != block)
      index = (index + 1) & (shard.capacity - 1);
    if (shard.entries[index].block == block) {
      site = shard.entries[index].site;
      erase(shard, index);
      --shard.used;
    }
  }
  shard.lock.unlock();
  if (site != nullptr) filter_[filter_index(block)].fetch_sub(1, std::memory_order_relaxed);
  return site;
}

}  // namespace gorace::pprof
