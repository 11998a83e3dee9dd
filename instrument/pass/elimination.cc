#include "instrument/pass/elimination.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

namespace {

// Places by their base. Only the newest of a base are remembered, so that generated code with endless blocks compiles
// in linear time.
class WrittenPlaces {
 public:
  void add(const Place& place) {
    auto& places = by_base_[place.base];
    if (places.size() == kRemembered) places.erase(places.begin());
    places.push_back(place);
  }
  void clear() { by_base_.clear(); }

  bool contain(const Place& place) const {
    const auto places = by_base_.find(place.base);
    if (places == by_base_.end()) return false;
    return llvm::any_of(places->second, [&](const Place& candidate) { return candidate.contains(place); });
  }

 private:
  static constexpr size_t kRemembered = 128;
  llvm::DenseMap<const llvm::Value*, llvm::SmallVector<Place, 4>> by_base_;
};

void eliminate_overwritten(FunctionPlan& plan, const std::vector<Step>& steps, const llvm::DataLayout& layout,
                           Statistics& statistics) {
  WrittenPlaces written_later;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (step->may_acquire || step->may_not_return) written_later.clear();
    if (step->access == Step::kNoAccess) continue;
    Access& access = plan.accesses[step->access];
    if (access.is_eliminated) continue;
    const Place place = place_of(access, layout);
    if (access.is_write) {
      written_later.add(place);
    } else if (written_later.contain(place) && !access.is_scalable) {
      access.is_eliminated = true;
      ++statistics.eliminated_overwritten;
    }
  }
}

}  // namespace

Place place_of(const Access& access, const llvm::DataLayout& layout) {
  llvm::APInt offset(layout.getIndexTypeSizeInBits(access.address->getType()), 0);
  const llvm::Value* base =
      access.address->stripAndAccumulateConstantOffsets(layout, offset, /*AllowNonInbounds=*/true);
  return {base, offset.getSExtValue(), access.bytes, access.is_write};
}

void eliminate(llvm::Function& function, FunctionPlan& plan, Statistics& statistics) {
  eliminate_covered(function, plan, statistics);
  const llvm::DataLayout& layout = function.getParent()->getDataLayout();
  for (const std::vector<Step>& steps : plan.blocks) eliminate_overwritten(plan, steps, layout, statistics);
}

}  // namespace gorace::instrument
