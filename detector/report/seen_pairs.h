// SeenPairs: the unordered pairs of stack hashes that were reported. Not thread safe.
#ifndef GORACE_DETECTOR_REPORT_SEEN_PAIRS_H_
#define GORACE_DETECTOR_REPORT_SEEN_PAIRS_H_

#include <cstddef>
#include <cstdint>

#include "runtime/base/internal_allocator.h"

namespace gorace::detector {

// An open-addressing set; the table doubles at half load.
class SeenPairs {
 public:
  constexpr SeenPairs() = default;
  ~SeenPairs() = default;  // lives as long as the process; its memory is not given back
  SeenPairs(const SeenPairs&) = delete;
  SeenPairs& operator=(const SeenPairs&) = delete;

  // insert returns false when the pair, in either order, is there already.
  bool insert(uint64_t one, uint64_t other) {
    const uint64_t key = pair_key(one, other);
    if (2 * (count_ + 1) > capacity_) grow();
    if (!place(key)) return false;
    ++count_;
    return true;
  }

 private:
  static uint64_t pair_key(uint64_t one, uint64_t other) {
    // Symmetric, and not zero for equal halves; zero marks an empty cell.
    uint64_t key = (one + other) * 0x9e3779b97f4a7c15u ^ (one ^ other);
    key ^= key >> 29;
    return key == 0 ? 1 : key;
  }

  bool place(uint64_t key) {
    for (size_t i = key & (capacity_ - 1);; i = (i + 1) & (capacity_ - 1)) {
      if (cells_[i] == key) return false;
      if (cells_[i] != 0) continue;
      cells_[i] = key;
      return true;
    }
  }

  void grow() {
    uint64_t* const old_cells = cells_;
    const size_t old_capacity = capacity_;
    capacity_ = old_capacity == 0 ? 64 : old_capacity * 2;
    cells_ = static_cast<uint64_t*>(runtime::internal_alloc(capacity_ * sizeof(uint64_t)));
    for (size_t i = 0; i < old_capacity; ++i) {
      if (old_cells[i] != 0) place(old_cells[i]);
    }
    if (old_cells != nullptr) runtime::internal_free(old_cells, old_capacity * sizeof(uint64_t));
  }

  uint64_t* cells_ = nullptr;
  size_t capacity_ = 0;
  size_t count_ = 0;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_SEEN_PAIRS_H_
