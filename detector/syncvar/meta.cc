#include "detector/syncvar/meta.h"

#include "detector/context/losses.h"
#include "detector/shadow/fault_ahead.h"
#include "detector/syncvar/chain.h"

namespace gorace::detector {

constinit IndexSlab<StoredHeapCell> g_heap_cells(uint32_t{1} << 30, "heap blocks");

namespace {

bool is_cell_at(const ChainLock& chain, uint32_t link, uintptr_t address) {
  return is_heap_link(link) && address_of(link, chain.granule()) == address;
}

uint32_t find_cell(const ChainLock& chain, uintptr_t address) {
  for (uint32_t link = chain.head(); link != 0; link = next_of(link)) {
    if (is_cell_at(chain, link, address)) return link;
  }
  return 0;
}

// Not `next`: the chain is walked by readers without its lock.
void store_cell(uint32_t link, const HeapCell& cell) {
  StoredHeapCell& kept = heap_cell_of(link);
  kept.allocated_at = cell.allocated_at;
  kept.in_upper_half = cell.address % kMetaGranule != 0;
  kept.is_freed = cell.is_freed;
  kept.bytes_high = static_cast<uint32_t>(cell.bytes >> StoredHeapCell::kLowBits);
  kept.bytes_low = cell.bytes;
  kept.strand = cell.strand;
}

HeapCell load_cell(uint32_t link, uintptr_t granule) {
  const StoredHeapCell& kept = heap_cell_of(link);
  return {.address = address_of(link, granule),
          .bytes = uint64_t{kept.bytes_high} << StoredHeapCell::kLowBits | kept.bytes_low,
          .allocated_at = kept.allocated_at,
          .strand = static_cast<uint32_t>(kept.strand),
          .is_freed = kept.is_freed != 0};
}

void drop_heap_cell(uint32_t link) { g_heap_cells.free(thread_state().heap_cells, link_index(link)); }

}  // namespace

bool put_heap_cell(const HeapCell& cell) {
  if (!shadow_mapped()) return false;
  expect_meta(cell.address);
  ChainLock chain(cell.address);
  uint32_t link = find_cell(chain, cell.address);
  if (link == 0) {
    const uint32_t index = g_heap_cells.allocate(thread_state().heap_cells);
    if (index == 0) {
      count_loss(Loss::kHistoryDropped);
      return false;
    }
    link = heap_link(index);
    set_page_flag(cell.address, kPageHasMeta);
    chain.push(link);
  }
  store_cell(link, cell);
  return true;
}

void mark_heap_cell_freed(uintptr_t address) {
  if (!shadow_mapped() || __atomic_load_n(meta_word(address), __ATOMIC_RELAXED) == 0) return;
  ChainLock chain(address);
  if (const uint32_t link = find_cell(chain, address); link != 0) heap_cell_of(link).is_freed = 1;
}

void prefetch_heap_cell(uintptr_t address) {
  if (!shadow_mapped()) return;
  const uint32_t head = __atomic_load_n(meta_word(address), __ATOMIC_RELAXED);
  if (is_heap_link(head)) __builtin_prefetch(&heap_cell_of(head), /*write*/ 1);
}

bool get_heap_cell(uintptr_t address, HeapCell* out) {
  if (!shadow_mapped() || __atomic_load_n(meta_word(address), __ATOMIC_RELAXED) == 0) return false;
  ChainLock chain(address);
  const uint32_t link = find_cell(chain, address);
  if (link != 0) *out = load_cell(link, chain.granule());
  return link != 0;
}

bool take_heap_cell(uintptr_t address, HeapCell* out) {
  if (!shadow_mapped() || __atomic_load_n(meta_word(address), __ATOMIC_RELAXED) == 0) return false;
  ChainLock chain(address);
  bool found = false;
  chain.remove_if([&](uint32_t link) { return is_cell_at(chain, link, address); },
                  [&](uint32_t link) {
                    *out = load_cell(link, chain.granule());
                    found = true;
                    drop_heap_cell(link);
                  });
  return found;
}

namespace {

// last_cell_in_granule finds the cell with the highest start <= limit in one granule.
bool last_cell_in_granule(uintptr_t granule, uintptr_t limit, HeapCell* out) {
  if (__atomic_load_n(meta_word(granule), __ATOMIC_RELAXED) == 0) return false;
  ChainLock chain(granule);
  bool found = false;
  for (uint32_t link = chain.head(); link != 0; link = next_of(link)) {
    if (!is_heap_link(link)) continue;
    const uintptr_t start = address_of(link, granule);
    if (start > limit || (found && start <= out->address)) continue;
    *out = load_cell(link, granule);
    found = true;
  }
  return found;
}

}  // namespace

bool previous_heap_cell(uintptr_t address, size_t max_distance, HeapCell* out) {
  if (!shadow_mapped()) return false;
  const uintptr_t end = address > max_distance ? address - max_distance : 0;
  for (uintptr_t granule = address & ~(kMetaGranule - 1); granule + kMetaGranule > end;) {
    // Whole pages without anything are passed over at once.
    if ((__atomic_load_n(page_flags_of(granule), __ATOMIC_RELAXED) & kPageHasMeta) == 0) {
      granule &= ~(kPageBytes - 1);
    } else if (last_cell_in_granule(granule, address, out)) {
      return out->address > end || end == 0;
    }
    if (granule < kMetaGranule) return false;
    granule -= kMetaGranule;
  }
  return false;
}

namespace {

void drop_link(uint32_t link) { is_heap_link(link) ? drop_heap_cell(link) : drop_sync_var(link); }

}  // namespace

void forget_meta(uintptr_t address, size_t bytes) {
  visit_chains(address, bytes, [=](uintptr_t granule) {
    ChainLock chain(granule);
    chain.remove_if([=](uint32_t link) { return address_of(link, granule) - address < bytes; }, drop_link);
  });
}

void begin_heap_block(const HeapCell& cell, size_t usable) {
  const uintptr_t address = cell.address;
  bool is_described = false;
  visit_chains(address, usable, [&](uintptr_t granule) {
    ChainLock chain(granule);
    // The cell of the last block that began here serves again.
    chain.remove_if(
        [&](uint32_t link) {
          return address_of(link, granule) - address < usable && !is_cell_at(chain, link, address);
        },
        drop_link);
    const uint32_t link = find_cell(chain, address);
    if (link == 0) return;
    store_cell(link, cell);
    is_described = true;
  });
  if (!is_described) put_heap_cell(cell);
}

size_t heap_cells_outside_pool() { return g_heap_cells.outside_pool(); }

}  // namespace gorace::detector
