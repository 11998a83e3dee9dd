// RaceList: the races that one access completes, gathered while granules are locked and reported afterwards. One for
// each distinct origin of the other side: a counter that 10,000 goroutines increment would otherwise report 10,000
// times the same.
//
// Thread safety: belongs to one access.
#ifndef GORACE_DETECTOR_SHADOW_RACE_LIST_H_
#define GORACE_DETECTOR_SHADOW_RACE_LIST_H_

#include <cstddef>
#include <cstdint>

#include "detector/context/context.h"
#include "runtime/base/internal_allocator.h"

namespace gorace::detector {

class RaceList {
 public:
  RaceList() = default;
  RaceList(const RaceList&) = delete;
  RaceList& operator=(const RaceList&) = delete;

  bool empty() const { return count_ == 0; }
  // The number of calls of add().
  size_t noted() const { return noted_; }

  // add notes a race with the access `previous` on the bytes in `overlap` of the granule at `granule`.
  void add(uintptr_t granule, uint64_t previous, bool previous_is_write, uint8_t overlap);

  // report calls report_race for each, once for each plain origin of a composite.
  void report(const Context& context, OriginId origin, bool is_write, size_t bytes);

 private:
  struct Found {
    uintptr_t granule;
    uint64_t previous;
    uint8_t overlap;
    bool is_write;
  };
  static constexpr size_t kInline = 4;

  const Found& at(size_t i) const { return i < kInline ? inline_[i] : overflow_[i - kInline]; }

  Found inline_[kInline];
  size_t count_ = 0;
  size_t noted_ = 0;
  runtime::InternalVector<Found> overflow_;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_RACE_LIST_H_
