#include "detector/shadow/address_layout.h"

#include "detector/abi/abi.h"

namespace gorace::detector {
namespace {

// Neighbouring mappings (the segments of one library) count as one; a process has a few dozen such clusters when it
// starts.
constexpr size_t kMaxClusters = 256;
constexpr uintptr_t kNear = uintptr_t{1} << 24;
// vsyscall and the like lie above what user space can map.
constexpr uintptr_t kUserEnd = uintptr_t{1} << 47;

struct Clusters {
  AddressRange ranges[kMaxClusters];
  size_t count = 0;
};

bool add_mapping(AddressRange range, void* argument) {
  auto& clusters = *static_cast<Clusters*>(argument);
  if (range.low >= kUserEnd) return false;
  if (range.low >= GORACE_SHADOW_BASE && range.high <= GORACE_META_BASE + GORACE_META_BYTES) return true;  // our own
  AddressRange* last = clusters.count != 0 ? &clusters.ranges[clusters.count - 1] : nullptr;
  if (last != nullptr && (range.low - last->high < kNear || clusters.count == kMaxClusters)) {
    last->high = range.high;
  } else {
    clusters.ranges[clusters.count++] = range;
  }
  return true;
}

}  // namespace

bool ranges_fold_together(const AddressRange* ranges, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const uintptr_t low = ranges[i].low & GORACE_APP_MASK;
    const uintptr_t high = low + (ranges[i].high - ranges[i].low);
    for (size_t j = 0; j < i; ++j) {
      const uintptr_t other_low = ranges[j].low & GORACE_APP_MASK;
      const uintptr_t other_high = other_low + (ranges[j].high - ranges[j].low);
      if (low < other_high && other_low < high) return true;
    }
  }
  return false;
}

bool layout_folds_onto_itself() {
  Clusters clusters;
  for_each_mapping(add_mapping, &clusters);
  return ranges_fold_together(clusters.ranges, clusters.count);
}

}  // namespace gorace::detector
