#include "instrument/pass/loop_entry.h"

#include "instrument/pass/elimination.h"
#include "instrument/pass/emission.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

using llvm::BasicBlock;
using llvm::Loop;

namespace {

class LoopEntries {
 public:
  LoopEntries(llvm::Function& function, FunctionPlan& plan, const LoopAnalyses& analyses, Statistics& statistics)
      : layout_(function.getParent()->getDataLayout()), plan_(plan), analyses_(analyses), statistics_(statistics) {
    size_t index = 0;
    for (BasicBlock& block : function) steps_[&block] = &plan.blocks[index++];
  }

  // Outer loops first: what can go in front of them need not go in front of an inner one.
  std::vector<LoopCheck> run() {
    for (Loop* loop : analyses_.loops.getLoopsInPreorder()) visit(*loop);
    return std::move(checks_);
  }

 private:
  void visit(Loop& loop) {
    BasicBlock* preheader = loop.getLoopPreheader();
    if (preheader == nullptr || releases(loop)) return;
    llvm::SmallPtrSet<BasicBlock*, 8> seen;
    for (BasicBlock* block = loop.getHeader(); block != nullptr && loop.contains(block) && seen.insert(block).second;
         block = block->getSingleSuccessor()) {
      for (const Step& step : *steps_[block]) {
        if (step.may_acquire || step.may_not_return) return;
        if (step.access != Step::kNoAccess) move_out(plan_.accesses[step.access], loop, *preheader->getTerminator());
      }
    }
  }

  bool releases(const Loop& loop) const {
    return llvm::any_of(loop.blocks(), [this](const BasicBlock* block) {
      return llvm::any_of(*steps_.lookup(block), [](const Step& step) { return step.may_release; });
    });
  }

  void move_out(Access& access, const Loop& loop, llvm::Instruction& end) {
    if (access.is_eliminated || access.is_scalable) return;
    Access before = access;
    if (!loop.isLoopInvariant(access.address)) {
      const Place place = place_of(access, layout_);
      if (!loop.isLoopInvariant(place.base)) return;
      Emitter builder(&end, *access.instruction);
      before.address =
          builder.CreateConstGEP1_64(builder.getInt8Ty(), const_cast<llvm::Value*>(place.base), place.offset);
    }
    checks_.push_back({before, nullptr, nullptr, &end});
    access.is_eliminated = true;
    ++statistics_.eliminated_loop;
  }

  const llvm::DataLayout& layout_;
  FunctionPlan& plan_;
  const LoopAnalyses& analyses_;
  Statistics& statistics_;
  llvm::DenseMap<const BasicBlock*, const std::vector<Step>*> steps_;
  std::vector<LoopCheck> checks_;
};

}  // namespace

std::vector<LoopCheck> find_loop_entries(llvm::Function& function, FunctionPlan& plan, const LoopAnalyses& analyses,
                                         Statistics& statistics) {
  return LoopEntries(function, plan, analyses, statistics).run();
}

}  // namespace gorace::instrument
