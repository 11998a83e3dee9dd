// The first rule of elimination, as available expressions are computed (Kildall, 1973): a place is available where it
// has been checked on every path since the last release. A place whose base is computed in a block is not available at
// that block's start: in a loop, the base would be that of the iteration before.
#include <map>
#include <tuple>

#include "instrument/pass/elimination.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

namespace {

// Generated functions may have any number of blocks and places; with more bits than this, blocks are looked at one by
// one.
constexpr size_t kMaxBits = size_t{1} << 27;
// Of the places on one base (a table that is initialised element by element), only so many are compared.
constexpr size_t kSiblings = 256;

class CoveredAccesses {
 public:
  CoveredAccesses(llvm::Function& function, FunctionPlan& plan, Statistics& statistics)
      : function_(function), plan_(plan), statistics_(statistics) {
    size_t index = 0;
    for (llvm::BasicBlock& block : function) blocks_[&block].steps = &plan.blocks[index++];
  }

  void run() {
    if (plan_.accesses.empty()) return;
    number_places();
    if (places_.size() * blocks_.size() <= kMaxBits) {
      flow();
    } else {
      for (auto& [block, state] : blocks_) state.in.resize(places_.size());
    }
    for (llvm::BasicBlock* block : llvm::ReversePostOrderTraversal<llvm::Function*>(&function_)) {
      llvm::BitVector available = blocks_[block].in;
      walk(*block, available, /*eliminates=*/true);
    }
  }

 private:
  struct Block {
    const std::vector<Step>* steps = nullptr;
    llvm::BitVector in, out;
    bool is_visited = false;
    std::vector<unsigned> computed;  // places whose base this block computes
  };

  void number_places() {
    const llvm::DataLayout& layout = function_.getParent()->getDataLayout();
    for (const Access& access : plan_.accesses) {
      const Place place = place_of(access, layout);
      const auto next = static_cast<unsigned>(places_.size());
      const auto [known, is_new] = numbers_.try_emplace({place.base, place.offset, place.bytes, place.is_write}, next);
      place_of_access_.push_back(known->second);
      if (!is_new) continue;
      places_.push_back(place);
      of_base_[place.base].push_back(next);
      if (const auto* base = llvm::dyn_cast<llvm::Instruction>(place.base))
        blocks_[base->getParent()].computed.push_back(next);
    }
  }

  void flow() {
    llvm::ReversePostOrderTraversal<llvm::Function*> order(&function_);
    for (bool changed = true; changed;) {
      changed = false;
      for (llvm::BasicBlock* block : order) {
        Block& state = blocks_[block];
        llvm::BitVector available = meet(*block);
        if (state.is_visited && available == state.in) continue;
        state.in = available;
        walk(*block, available, /*eliminates=*/false);
        changed |= !state.is_visited || available != state.out;
        state.out = std::move(available);
        state.is_visited = true;
      }
    }
  }

  // What is available at the start of a block: blocks not reached yet allow everything.
  llvm::BitVector meet(llvm::BasicBlock& block) {
    llvm::BitVector available(places_.size(), &block != &function_.getEntryBlock());
    for (llvm::BasicBlock* before : llvm::predecessors(&block)) {
      const Block& state = blocks_[before];
      if (state.is_visited) available &= state.out;
    }
    for (const unsigned place : blocks_[&block].computed) available.reset(place);
    return available;
  }

  void walk(llvm::BasicBlock& block, llvm::BitVector& available, bool eliminates) {
    for (const Step& step : *blocks_[&block].steps) {
      if (step.may_release) available.reset();
      if (step.access == Step::kNoAccess) continue;
      const unsigned place = place_of_access_[step.access];
      if (eliminates) consider(plan_.accesses[step.access], place, available);
      available.set(place);
    }
  }

  void consider(Access& access, unsigned place, const llvm::BitVector& available) {
    if (access.is_scalable) return;
    const auto covers = [&](unsigned i) { return available.test(i) && places_[i].covers(places_[place]); };
    if (!covers(place) && !llvm::any_of(nearest_siblings(place), covers)) return;
    access.is_eliminated = true;
    ++statistics_.eliminated_covered;
  }

  // The places on the same base, the neighbours in order of appearance where there are very many.
  llvm::ArrayRef<unsigned> nearest_siblings(unsigned place) {
    llvm::ArrayRef<unsigned> siblings = of_base_[places_[place].base];
    if (siblings.size() <= kSiblings) return siblings;
    const size_t at = llvm::lower_bound(siblings, place) - siblings.begin();
    const size_t first = at < kSiblings / 2 ? 0 : std::min(at - kSiblings / 2, siblings.size() - kSiblings);
    return siblings.slice(first, kSiblings);
  }

  llvm::Function& function_;
  FunctionPlan& plan_;
  Statistics& statistics_;
  llvm::DenseMap<const llvm::BasicBlock*, Block> blocks_;
  std::vector<Place> places_;
  std::map<std::tuple<const llvm::Value*, int64_t, uint64_t, bool>, unsigned> numbers_;
  std::vector<unsigned> place_of_access_;
  llvm::DenseMap<const llvm::Value*, std::vector<unsigned>> of_base_;
};

}  // namespace

void eliminate_covered(llvm::Function& function, FunctionPlan& plan, Statistics& statistics) {
  CoveredAccesses(function, plan, statistics).run();
}

}  // namespace gorace::instrument
