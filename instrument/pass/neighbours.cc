#include "instrument/pass/neighbours.h"

#include <map>
#include <tuple>

#include "instrument/pass/elimination.h"
#include "instrument/pass/emission.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

namespace {

constexpr uint64_t kGranule = 8;
constexpr uint64_t kMostBytes = 64;

// What neighbours share: base, direction, and the line that a report would name.
using Group = std::tuple<const llvm::Value*, bool, const llvm::Metadata*, const llvm::Metadata*, unsigned>;

Group group_of(const Place& place, const llvm::Instruction& instruction) {
  const llvm::DebugLoc location = location_of(instruction);
  if (!location) return {place.base, place.is_write, nullptr, nullptr, 0};
  const auto* scope = llvm::cast<llvm::DILocalScope>(location.getScope());
  return {place.base, place.is_write, scope->getSubprogram(), location.getInlinedAt(), location.getLine()};
}

// Candidate: an access, by its index in program order, and its group, by number: code must not depend on addresses.
struct Candidate {
  unsigned index;
  unsigned group;
  Place place;

  bool operator<(const Candidate& other) const {
    return std::tie(group, place.offset, index) < std::tie(other.group, other.place.offset, other.index);
  }
};

// What an access tells of its base: base + offset is a multiple of `alignment`.
struct Alignment {
  llvm::Align alignment;
  int64_t offset = 0;

  llvm::Align at(int64_t other) const {
    return llvm::commonAlignment(alignment, static_cast<uint64_t>(other - offset));
  }
};

class Merger {
 public:
  Merger(llvm::Function& function, FunctionPlan& plan, Statistics& statistics)
      : layout_(function.getParent()->getDataLayout()), plan_(plan), statistics_(statistics) {}

  void run() {
    for (const std::vector<Step>& steps : plan_.blocks) {
      for (const Step& step : steps) {
        if (step.may_acquire || step.may_release || step.may_not_return) merge();
        if (step.access != Step::kNoAccess) add(step.access);
      }
      merge();
    }
  }

 private:
  void add(unsigned index) {
    const Access& access = plan_.accesses[index];
    if (access.is_scalable) return;
    const Place place = place_of(access, layout_);
    Alignment& known = alignments_[place.base];
    if (access.alignment > known.alignment) known = {access.alignment, place.offset};
    if (access.is_eliminated || access.bytes > kMostBytes || place.base->getType() != access.address->getType()) return;
    const auto next = static_cast<unsigned>(groups_.size());
    const unsigned group = groups_.try_emplace(group_of(place, *access.instruction), next).first->second;
    candidates_.push_back({index, group, place});
  }

  void merge() {
    if (candidates_.size() > 1) {
      llvm::sort(candidates_);
      for (size_t first = 0; first < candidates_.size();) first = merge_from(first);
    }
    candidates_.clear();
    groups_.clear();
    alignments_.clear();
  }

  // Merges as many as one check can take, and returns the first that it did not.
  size_t merge_from(size_t first) {
    const Place& lowest = candidates_[first].place;
    const llvm::Align alignment = alignments_[lowest.base].at(lowest.offset);
    const uint64_t most = plan_.accesses[candidates_[first].index].is_hot ? kGranule : kMostBytes;
    int64_t end = lowest.offset;
    size_t behind = first + 1;
    uint64_t bytes = lowest.bytes;
    for (size_t i = first; i < candidates_.size(); ++i) {
      const Place& next = candidates_[i].place;
      if (candidates_[i].group != candidates_[first].group || next.offset > end) break;
      end = std::max(end, next.offset + static_cast<int64_t>(next.bytes));
      const auto all = static_cast<uint64_t>(end - lowest.offset);
      if (all > most) break;
      if (!fits_a_check(all, alignment)) continue;
      behind = i + 1;
      bytes = all;
    }
    if (behind > first + 1) replace(first, behind, bytes, alignment);
    return behind;
  }

  static bool fits_a_check(uint64_t bytes, llvm::Align alignment) {
    if (bytes < kGranule) return llvm::isPowerOf2_64(bytes) && alignment.value() >= bytes;
    return bytes % kGranule == 0 && alignment.value() >= kGranule;
  }

  void replace(size_t first, size_t behind, uint64_t bytes, llvm::Align alignment) {
    const Place& lowest = candidates_[first].place;
    unsigned earliest = candidates_[first].index;
    for (size_t i = first; i < behind; ++i) {
      earliest = std::min(earliest, candidates_[i].index);
      plan_.accesses[candidates_[i].index].is_eliminated = true;
    }
    statistics_.eliminated_neighbour += behind - first - 1;
    Access& access = plan_.accesses[earliest];
    access.is_eliminated = false;
    access.bytes = bytes;
    access.alignment = alignment;
    if (earliest == candidates_[first].index) return;
    // The lowest one's address may be computed only later.
    Emitter builder(access.instruction);
    auto* base = const_cast<llvm::Value*>(lowest.base);
    access.address = builder.CreateConstGEP1_64(builder.getInt8Ty(), base, static_cast<uint64_t>(lowest.offset));
  }

  const llvm::DataLayout& layout_;
  FunctionPlan& plan_;
  Statistics& statistics_;

  // Since the last step that orders.
  std::vector<Candidate> candidates_;
  std::map<Group, unsigned> groups_;
  llvm::DenseMap<const llvm::Value*, Alignment> alignments_;
};

}  // namespace

void merge_neighbours(llvm::Function& function, FunctionPlan& plan, Statistics& statistics) {
  Merger(function, plan, statistics).run();
}

}  // namespace gorace::instrument
