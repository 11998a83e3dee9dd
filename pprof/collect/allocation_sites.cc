#include "pprof/collect/allocation_sites.h"

#include <cmath>
#include <cstring>

#include "runtime/base/internal_allocator.h"

namespace gorace::pprof {
namespace {

uint64_t hash_stack(size_t bytes, const uintptr_t* pcs, int count) {
  uint64_t hash = bytes;
  for (int i = 0; i < count; ++i) {
    hash = (hash ^ pcs[i]) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

AllocationSite* AllocationSites::find(AllocationSite* chain, uint64_t hash, size_t bytes, const uintptr_t* pcs,
                                      int count) const {
  for (; chain != nullptr; chain = chain->next) {
    if (chain->hash == hash && chain->bytes == bytes && chain->pc_count == count &&
        memcmp(chain->pcs, pcs, static_cast<size_t>(count) * sizeof(uintptr_t)) == 0) {
      return chain;
    }
  }
  return nullptr;
}

AllocationSite* AllocationSites::find_or_add(size_t bytes, const uintptr_t* pcs, int count) {
  const uint64_t hash = hash_stack(bytes, pcs, count);
  std::atomic<AllocationSite*>& chain = chains_[hash % kChains];
  // acquire: pairs with the release below.
  AllocationSite* site = find(chain.load(std::memory_order_acquire), hash, bytes, pcs, count);
  if (site != nullptr) return site;
  lock_.lock();
  AllocationSite* const first = chain.load(std::memory_order_relaxed);
  site = find(first, hash, bytes, pcs, count);
  if (site == nullptr) {
    const size_t stack_bytes = static_cast<size_t>(count) * sizeof(uintptr_t);
    site = new (runtime::internal_alloc(sizeof(AllocationSite) + stack_bytes)) AllocationSite;
    site->next = first;
    site->hash = hash;
    site->bytes = bytes;
    site->pc_count = count;
    memcpy(site->pcs, pcs, stack_bytes);
    // release: whoever finds the site sees it complete.
    chain.store(site, std::memory_order_release);
  }
  lock_.unlock();
  return site;
}

double unsampling_factor(size_t bytes, long rate) {
  if (rate <= 1 || bytes == 0) return 1;
  return 1 / (1 - std::exp(-static_cast<double>(bytes) / static_cast<double>(rate)));
}

}  // namespace gorace::pprof
