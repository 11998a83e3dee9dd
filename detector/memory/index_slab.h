// IndexSlab: objects of one type, named by 32-bit indices (0: none), in a region that never moves and is never
// unmapped. So an index may be followed without a lock even when its object was freed meanwhile: what is found is some
// object of the same type, and the reader checks whether it is the one it meant.
//
// Each OS thread allocates from a cache of its own (context/thread_state.h); caches exchange batches with the common
// stack of free indices. Objects are not constructed or destroyed: fresh ones are zero, recycled ones as they were
// freed.
//
// Thread safety: allocate and free with the calling thread's cache; at() from anywhere.
#ifndef GORACE_DETECTOR_MEMORY_INDEX_SLAB_H_
#define GORACE_DETECTOR_MEMORY_INDEX_SLAB_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "detector/memory/region.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {

struct SlabCache {
  static constexpr uint32_t kItems = 64;
  static constexpr uint32_t kBatch = kItems / 2;
  uint32_t count = 0;
  uint32_t items[kItems] = {};
};

template <class T>
class IndexSlab {
 public:
  // At most max_objects - 1 objects exist at a time. `what` names them in the message when address space is refused.
  constexpr IndexSlab(uint32_t max_objects, const char* what) : max_(max_objects), what_(what) {}
  IndexSlab(const IndexSlab&) = delete;
  IndexSlab& operator=(const IndexSlab&) = delete;

  T& at(uint32_t index) const { return base_.load(std::memory_order_relaxed)[index]; }
  uint32_t index_of(const T* object) const {
    return static_cast<uint32_t>(object - base_.load(std::memory_order_relaxed));
  }

  // allocate returns 0 when all are in use.
  uint32_t allocate(SlabCache& cache) {
    if (__builtin_expect(cache.count == 0, 0) && !refill(cache)) return 0;
    return cache.items[--cache.count];
  }

  void free(SlabCache& cache, uint32_t index) {
    if (__builtin_expect(cache.count == SlabCache::kItems, 0)) drain(cache);
    cache.items[cache.count++] = index;
  }

  // outside_pool counts objects that are in use or in some thread's cache.
  size_t outside_pool() {
    lock_.lock();
    const size_t count = fresh_ - 1 - free_count_;
    lock_.unlock();
    return count;
  }

 private:
  [[gnu::noinline]] bool refill(SlabCache& cache) {
    lock_.lock();
    if (free_indices_ == nullptr) reserve();
    while (cache.count < SlabCache::kBatch && free_count_ > 0)
      cache.items[cache.count++] = free_indices_[--free_count_];
    // Fresh indices are handed out lowest first, so that neighbours are used together.
    const uint32_t wanted = SlabCache::kBatch - cache.count;
    const uint32_t left = max_ - fresh_;
    const uint32_t taken = wanted < left ? wanted : left;
    for (uint32_t i = taken; i > 0; --i) cache.items[cache.count++] = fresh_ + i - 1;
    fault_in(fresh_, taken);
    fresh_ += taken;
    lock_.unlock();
    return cache.count != 0;
  }

  [[gnu::noinline]] void drain(SlabCache& cache) {
    lock_.lock();
    for (uint32_t i = 0; i < SlabCache::kBatch; ++i) free_indices_[free_count_++] = cache.items[--cache.count];
    lock_.unlock();
  }

  // fault_in gives memory to the next stretch of objects when fresh ones begin one, in one call instead of a fault for
  // each page. Every page after the first was used up before.
  void fault_in(uint32_t from, uint32_t count) {
    constexpr size_t kStretchBytes = size_t{64} << 10;
    constexpr uint32_t kStretch = kStretchBytes / sizeof(T);
    const uint32_t stretch = (from + count) / kStretch;
    if (stretch == from / kStretch) return;
    const auto start = reinterpret_cast<uintptr_t>(base_.load(std::memory_order_relaxed) + size_t{stretch} * kStretch);
    populate_pages(reinterpret_cast<void*>(start & ~uintptr_t{4095}), kStretchBytes);
  }

  void reserve() {
    // release: a thread that got an index through any publication sees the base; at() depends on that index.
    base_.store(static_cast<T*>(reserve_region(size_t{max_} * sizeof(T), what_)), std::memory_order_release);
    free_indices_ = static_cast<uint32_t*>(reserve_region(size_t{max_} * sizeof(uint32_t), what_));
  }

  std::atomic<T*> base_{nullptr};
  const uint32_t max_;
  const char* const what_;
  runtime::SpinLock lock_;  // guards what follows
  uint32_t* free_indices_ = nullptr;
  uint32_t free_count_ = 0;
  uint32_t fresh_ = 1;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_MEMORY_INDEX_SLAB_H_
