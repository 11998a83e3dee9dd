#include "instrument/pass/elimination.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/DataLayout.h"

namespace gorace::instrument {

namespace {

// Place: an access's bytes as [offset, offset + bytes) from a base value.
struct Place {
  const llvm::Value* base;
  int64_t offset;
  uint64_t bytes;
  bool is_write;

  // For places on one base.
  bool contains(const Place& other) const {
    return offset <= other.offset &&
           other.offset + static_cast<int64_t>(other.bytes) <= offset + static_cast<int64_t>(bytes);
  }
};

// A scalable vector is known to have at least the bytes of vscale 1 and counts for these as the covering access; it is never eliminated.
Place place_of(const Access& access, const llvm::DataLayout& layout) {
  llvm::APInt offset(layout.getIndexTypeSizeInBits(access.address->getType()), 0);
  const llvm::Value* base =
      access.address->stripAndAccumulateConstantOffsets(layout, offset, /*AllowNonInbounds=*/true);
  return {base, offset.getSExtValue(), access.bytes, access.is_write};
}

class BlockEliminator {
 public:
  BlockEliminator(FunctionPlan& plan, const std::vector<Step>& steps, const llvm::DataLayout& layout,
                  Statistics& statistics)
      : plan_(plan), steps_(steps), layout_(layout), statistics_(statistics) {}

  void run() {
    eliminate_covered();
    eliminate_overwritten();
  }

 private:
  // Places by their base. Only the newest of a base are remembered, so that generated code with endless blocks compiles in linear time.
  class Places {
   public:
    void add(const Place& place) {
      auto& places = by_base_[place.base];
      if (places.size() == kRemembered) places.erase(places.begin());
      places.push_back(place);
    }
    void clear() { by_base_.clear(); }

    bool contain(const Place& place, bool by_write) const {
      const auto places = by_base_.find(place.base);
      if (places == by_base_.end()) return false;
      return llvm::any_of(places->second, [&](const Place& candidate) {
        return (candidate.is_write || !by_write) && candidate.contains(place);
      });
    }

   private:
    static constexpr size_t kRemembered = 128;
    llvm::DenseMap<const llvm::Value*, llvm::SmallVector<Place, 4>> by_base_;
  };

  void eliminate_covered() {
    Places checked;
    for (const Step& step : steps_) {
      if (step.may_release) checked.clear();
      if (step.access == Step::kNoAccess) continue;
      Access& access = plan_.accesses[step.access];
      const Place place = place_of(access, layout_);
      const bool covered = checked.contain(place, /*by_write=*/access.is_write);
      if (covered && !access.is_scalable) {
        access.is_eliminated = true;
        ++statistics_.eliminated_covered;
      } else {
        checked.add(place);
      }
    }
  }

  void eliminate_overwritten() {
    Places written_later;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      if (step->may_acquire || step->may_not_return) written_later.clear();
      if (step->access == Step::kNoAccess) continue;
      Access& access = plan_.accesses[step->access];
      if (access.is_eliminated) continue;
      const Place place = place_of(access, layout_);
      if (access.is_write) {
        written_later.add(place);
      } else if (written_later.contain(place, /*by_write=*/true) && !access.is_scalable) {
        access.is_eliminated = true;
        ++statistics_.eliminated_overwritten;
      }
    }
  }

  FunctionPlan& plan_;
  const std::vector<Step>& steps_;
  const llvm::DataLayout& layout_;
  Statistics& statistics_;
};

}  // namespace

void eliminate(FunctionPlan& plan, const llvm::DataLayout& layout, Statistics& statistics) {
  for (const std::vector<Step>& steps : plan.blocks) BlockEliminator(plan, steps, layout, statistics).run();
}

}  // namespace gorace::instrument
