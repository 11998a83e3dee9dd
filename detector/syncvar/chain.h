// Chain: the list of links that hangs on one meta granule's word, and its lock (meta.h).
//
// Thread safety: a ChainLock holds the chain's lock for its life; links change only under it.
#ifndef GORACE_DETECTOR_SYNCVAR_CHAIN_H_
#define GORACE_DETECTOR_SYNCVAR_CHAIN_H_

#include <sched.h>

#include <cstdint>

#include "detector/context/strands.h"
#include "detector/memory/index_slab.h"
#include "detector/shadow/access.h"
#include "detector/shadow/page_flags.h"
#include "detector/syncvar/meta.h"
#include "detector/syncvar/sync_var.h"

namespace gorace::detector {

// StoredHeapCell: a HeapCell as it is kept. Where the block starts tells the chain that it is in.
struct StoredHeapCell {
  static constexpr int kLowBits = 36;
  uint32_t next;  // link; guarded by the chain's lock, read without it
  uint32_t allocated_at : GORACE_ORIGIN_BITS;
  uint32_t in_upper_half : 1;  // starts 8 bytes behind the chain's granule
  uint32_t is_freed : 1;
  uint32_t bytes_high : 10;
  uint64_t strand : kStrandBits;
  uint64_t bytes_low : kLowBits;
};
static_assert(sizeof(StoredHeapCell) == 16);

extern IndexSlab<SyncVar> g_sync_vars;
extern IndexSlab<StoredHeapCell> g_heap_cells;

constexpr bool is_heap_link(uint32_t link) { return (link & kHeapLink) != 0; }
constexpr uint32_t link_index(uint32_t link) { return (link & ~kMetaLock) >> 1; }
constexpr uint32_t sync_link(uint32_t index) { return index << 1; }
constexpr uint32_t heap_link(uint32_t index) { return index << 1 | kHeapLink; }

inline SyncVar& sync_var_of(uint32_t link) { return g_sync_vars.at(link_index(link)); }
inline StoredHeapCell& heap_cell_of(uint32_t link) { return g_heap_cells.at(link_index(link)); }
// address_of is the start of what `link` of this granule's chain stands for.
inline uintptr_t address_of(uint32_t link, uintptr_t granule) {
  if (is_heap_link(link)) return granule + heap_cell_of(link).in_upper_half * (kMetaGranule / 2);
  return sync_var_of(link).address.load(std::memory_order_relaxed) & ~kReadersHalf;
}
inline uint32_t& next_of(uint32_t link) {
  return is_heap_link(link) ? heap_cell_of(link).next : sync_var_of(link).next;
}

class ChainLock {
 public:
  explicit ChainLock(uintptr_t address)
      : scope_(thread_state()), word_(meta_word(address)), granule_(address & ~(kMetaGranule - 1)) {
    for (int spins = 0;; ++spins) {
      head_ = __atomic_load_n(word_, __ATOMIC_RELAXED);
      // acquire: pairs with the release in the destructor.
      if ((head_ & kMetaLock) == 0 &&
          __atomic_compare_exchange_n(word_, &head_, head_ | kMetaLock, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return;
      }
      if (spins > 100) sched_yield();
    }
  }
  ~ChainLock() { __atomic_store_n(word_, head_, __ATOMIC_RELEASE); }
  ChainLock(const ChainLock&) = delete;
  ChainLock& operator=(const ChainLock&) = delete;

  uint32_t head() const { return head_; }
  uintptr_t granule() const { return granule_; }

  void push(uint32_t link) {
    // A reader without the lock may come by through a former life of this element.
    __atomic_store_n(&next_of(link), head_, __ATOMIC_RELEASE);
    head_ = link;
  }

  // remove_if unlinks the elements for which matches(link) is true and hands each to drop(link).
  template <class Matches, class Drop>
  void remove_if(Matches&& matches, Drop&& drop) {
    uint32_t* place = &head_;
    while (*place != 0) {
      const uint32_t link = *place;
      if (!matches(link)) {
        place = &next_of(link);
        continue;
      }
      __atomic_store_n(place, next_of(link), __ATOMIC_RELEASE);
      drop(link);
    }
  }

 private:
  DetectorScope scope_;
  uint32_t* const word_;
  const uintptr_t granule_;
  uint32_t head_;
};

// line_is_empty: none of the 16 granules that begin here (aligned) has a chain.
inline bool line_is_empty(uintptr_t address) {
  const auto* words = reinterpret_cast<const uint64_t*>(meta_word(address));
  uint64_t any = 0;
  for (int i = 0; i < 8; ++i) any |= __atomic_load_n(words + i, __ATOMIC_RELAXED);
  return any == 0;
}

// has_heap_cell_only: nothing hangs on the granule but one heap cell, as far as can be seen without the lock.
inline bool has_heap_cell_only(uintptr_t address) {
  const uint32_t head = __atomic_load_n(meta_word(address), __ATOMIC_ACQUIRE);
  return (head & kMetaLock) == 0 && is_heap_link(head) && __atomic_load_n(&next_of(head), __ATOMIC_RELAXED) == 0;
}

// visit_chains calls visit(address of granule) for each granule of a range that has a chain.
template <class Visit>
void visit_chains(uintptr_t address, size_t bytes, Visit&& visit) {
  if (bytes == 0 || !shadow_mapped()) return;
  visit_flagged_pages(address & ~(kMetaGranule - 1), address + bytes, kPageHasMeta, [&](uintptr_t from, uintptr_t to) {
    constexpr uintptr_t kLine = 16 * kMetaGranule;  // one cache line of meta words
    for (uintptr_t granule = from; granule < to;) {
      if (granule % kLine == 0 && to - granule >= kLine && line_is_empty(granule)) {
        granule += kLine;
        continue;
      }
      if (__atomic_load_n(meta_word(granule), __ATOMIC_RELAXED) != 0) visit(granule);
      granule += kMetaGranule;
    }
  });
}

// drop_sync_var empties an unlinked element and gives it back.
void drop_sync_var(uint32_t link);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SYNCVAR_CHAIN_H_
