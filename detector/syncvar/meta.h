// Meta shadow: what hangs on the program's memory beside its access history: the sync vars of objects that lie there,
// and the heap blocks that begin there. One 32-bit word for each 16 aligned bytes (a meta granule), at GORACE_META_BASE
// + (address & GORACE_APP_MASK) / 4: the head of a chain of links. (By 8 bytes each block and mutex would take twice
// the words. By 32 neighbouring atomic counters would stand in each other's way: all of a chain are looked at.)
//
// Link: bit 0 says which slab (0: SyncVar, 1: HeapCell), bits 1..30 are the index there. Bit 31 of the meta word itself
// is the lock of the chain, held for insertions and removals. Sync vars are looked up without it (sync_var.cc); heap
// cells are copied out under it.
//
// A byte for each 4 KiB page of the program says whether anything hangs there, so that forgetting a large range costs a
// byte a page.
//
// Thread safety: all functions may be called from any thread.
#ifndef GORACE_DETECTOR_SYNCVAR_META_H_
#define GORACE_DETECTOR_SYNCVAR_META_H_

#include <cstddef>
#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/origin/origin.h"

namespace gorace::detector {

inline constexpr uintptr_t kMetaGranule = 16;
inline constexpr uint32_t kMetaLock = uint32_t{1} << 31;
inline constexpr uint32_t kHeapLink = 1;

inline uint32_t* meta_word(uintptr_t address) {
  return reinterpret_cast<uint32_t*>(GORACE_META_BASE + (address & GORACE_APP_MASK) / kMetaGranule * sizeof(uint32_t));
}

// HeapCell: what is known of a block. It is kept in 16 bytes (chain.h).
struct HeapCell {
  uintptr_t address = 0;  // start of the block; 8 bytes aligned
  size_t bytes = 0;       // below 2^46
  OriginId allocated_at = 0;
  uint32_t strand = 0;  // that allocated it (Context::strand)
  bool is_freed = false;
};

// put_heap_cell hangs a copy of `cell` on the granule of cell.address; one that describes the same address is replaced.
// False (and nothing is kept) when memory for cells is used up.
bool put_heap_cell(const HeapCell& cell);
// begin_heap_block is forget_meta for the `usable` bytes of a new block, and then put_heap_cell.
void begin_heap_block(const HeapCell& cell, size_t usable);
// mark_heap_cell_freed is for the cell of the block that starts at `address`, if there is one.
void mark_heap_cell_freed(uintptr_t address);
// prefetch_heap_cell asks for the cell of the block that starts at `address`, if its meta word tells where it is.
void prefetch_heap_cell(uintptr_t address);
// get_heap_cell copies out the cell of the block that starts at `address`.
bool get_heap_cell(uintptr_t address, HeapCell* out);
// take_heap_cell removes it as well.
bool take_heap_cell(uintptr_t address, HeapCell* out);
// previous_heap_cell finds the cell with the highest start <= address and > address - max_distance. For reports: walks
// the meta shadow.
bool previous_heap_cell(uintptr_t address, size_t max_distance, HeapCell* out);

// forget_meta drops all that hangs on granules in a range, sync vars and heap cells (munmap). sync_var.h has
// forget_sync_vars.
void forget_meta(uintptr_t address, size_t bytes);

// Number of heap cells in use or cached. For tests and statistics.
size_t heap_cells_outside_pool();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SYNCVAR_META_H_
