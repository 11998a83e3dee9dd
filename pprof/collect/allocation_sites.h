// AllocationSites: what was allocated and freed, by (stack, size), as Go's heap profile counts it.
//
// Thread safety: any thread, inside malloc. Sites are found without a lock, added under one, and live for ever;
// counters are atomic. Memory is gorace's own.
#ifndef GORACE_PPROF_COLLECT_ALLOCATION_SITES_H_
#define GORACE_PPROF_COLLECT_ALLOCATION_SITES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/base/spin_lock.h"

namespace gorace::pprof {

struct AllocationSite {
  AllocationSite* next = nullptr;  // in its hash chain; constant once linked
  uint64_t hash = 0;
  size_t bytes = 0;  // size of each block
  std::atomic<uint64_t> allocated{0};
  std::atomic<uint64_t> freed{0};
  int pc_count = 0;
  uintptr_t pcs[];  // return addresses, leaf first
};

class AllocationSites {
 public:
  constexpr AllocationSites() = default;

  // find_or_add returns the site of this stack and size.
  AllocationSite* find_or_add(size_t bytes, const uintptr_t* pcs, int count);

  // for_each visits every site.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const std::atomic<AllocationSite*>& chain : chains_) {
      // acquire: pairs with the release that links a complete site.
      for (AllocationSite* site = chain.load(std::memory_order_acquire); site != nullptr; site = site->next)
        visit(*site);
    }
  }

 private:
  static constexpr size_t kChains = 1 << 16;

  AllocationSite* find(AllocationSite* chain, uint64_t hash, size_t bytes, const uintptr_t* pcs, int count) const;

  runtime::SpinLock lock_;  // held to add
  std::atomic<AllocationSite*> chains_[kChains] = {};
};

// The number that a sample of `count` blocks of `bytes` stands for, when one in about `rate` bytes is sampled: Go's
// runtime/pprof scaleHeapSample. An allocation of s bytes is sampled with probability 1 - exp(-s / rate).
double unsampling_factor(size_t bytes, long rate);

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_COLLECT_ALLOCATION_SITES_H_
