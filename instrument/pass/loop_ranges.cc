#include "instrument/pass/loop_ranges.h"

#include "instrument/pass/calls.h"
#include "instrument/pass/compat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

using llvm::dyn_cast;
using llvm::Instruction;
using llvm::isa;
using llvm::Loop;
using llvm::SCEV;

namespace {

// March: an access whose address is start + step * iteration.
struct March {
  Access* access;
  const SCEV* start;
  int64_t step;
  int64_t offset = 0;  // of start, from the first of its group
};

bool is_volatile(const Instruction& instruction) {
  if (auto* load = dyn_cast<llvm::LoadInst>(&instruction)) return load->isVolatile();
  if (auto* store = dyn_cast<llvm::StoreInst>(&instruction)) return store->isVolatile();
  return false;
}

// Only what surely comes to its end and orders nothing. Of calls, intrinsics that LLVM knows to be so.
bool is_harmless(const Instruction& instruction, const llvm::TargetLibraryInfo& library) {
  if (instruction.isAtomic() || is_volatile(instruction)) return false;
  auto* call = dyn_cast<llvm::CallBase>(&instruction);
  if (call == nullptr) return !instruction.mayThrow();
  if (!isa<llvm::IntrinsicInst>(call))
    return !is_detector_call(*call) && !is_program_call(*call, library) && !call->isInlineAsm();
  return call->doesNotThrow() && call->hasFnAttr(llvm::Attribute::WillReturn) &&
         (call->hasFnAttr(llvm::Attribute::NoSync) || call->doesNotAccessMemory());
}

class LoopRanges {
 public:
  LoopRanges(llvm::Function& function, FunctionPlan& plan, const LoopAnalyses& analyses, Statistics& statistics)
      : plan_(plan),
        analyses_(analyses),
        statistics_(statistics),
        expander_(make_expander(analyses.evolution, function.getParent()->getDataLayout(), "gorace.range")) {
    size_t index = 0;
    for (llvm::BasicBlock& block : function) steps_[&block] = &plan.blocks[index++];
  }

  std::vector<LoopCheck> run() {
    for (Loop* loop : analyses_.loops.getLoopsInPreorder()) {
      if (loop->isInnermost()) visit(*loop);
    }
    return std::move(checks_);
  }

 private:
  void visit(Loop& loop) {
    llvm::BasicBlock* preheader = loop.getLoopPreheader();
    llvm::BasicBlock* latch = loop.getLoopLatch();
    // Left at the end of an iteration only: each block that dominates the latch runs in each iteration.
    if (preheader == nullptr || latch == nullptr || loop.getExitingBlock() != latch) return;
    std::vector<Access*> accesses = unconditional_accesses(loop, *latch);
    if (accesses.empty()) return;
    const SCEV* last = analyses_.evolution.getBackedgeTakenCount(&loop);
    if (isa<llvm::SCEVCouldNotCompute>(last) || last->getType()->getIntegerBitWidth() > 64) return;
    for (llvm::BasicBlock* block : loop.blocks()) {
      for (const Instruction& instruction : *block) {
        if (!is_harmless(instruction, analyses_.library)) return;
      }
    }
    loop_ = &loop;
    end_ = preheader->getTerminator();
    last_ = analyses_.evolution.getNoopOrZeroExtend(last, llvm::Type::getInt64Ty(end_->getContext()));
    if (!expander_.isSafeToExpandAt(last_, end_)) return;
    replace(accesses);
  }

  std::vector<Access*> unconditional_accesses(Loop& loop, llvm::BasicBlock& latch) {
    std::vector<Access*> accesses;
    for (llvm::BasicBlock* block : loop.blocks()) {
      if (!analyses_.dominators.dominates(block, &latch)) continue;
      for (const Step& step : *steps_[block]) {
        if (step.access == Step::kNoAccess) continue;
        Access& access = plan_.accesses[step.access];
        if (!access.is_eliminated && !access.is_scalable) accesses.push_back(&access);
      }
    }
    return accesses;
  }

  void replace(const std::vector<Access*>& accesses) {
    std::vector<March> marches;
    for (Access* access : accesses) add_march(access, marches);
    while (!marches.empty()) {
      std::vector<March> group = take_group(marches);
      llvm::sort(group, [](const March& a, const March& b) { return a.offset < b.offset; });
      replace_group(group);
    }
  }

  void add_march(Access* access, std::vector<March>& marches) {
    llvm::ScalarEvolution& evolution = analyses_.evolution;
    const SCEV* address = evolution.getSCEV(access->address);
    if (evolution.isLoopInvariant(address, loop_)) {
      if (expander_.isSafeToExpandAt(address, end_)) check_once(access, address);
      return;
    }
    auto* march = dyn_cast<llvm::SCEVAddRecExpr>(address);
    if (march == nullptr || march->getLoop() != loop_ || !march->isAffine()) return;
    auto* step = dyn_cast<llvm::SCEVConstant>(march->getStepRecurrence(evolution));
    if (step == nullptr || !expander_.isSafeToExpandAt(march->getStart(), end_)) return;
    marches.push_back({access, march->getStart(), step->getAPInt().getSExtValue()});
  }

  // Those of the first one's step and direction that are a constant distance away.
  std::vector<March> take_group(std::vector<March>& marches) {
    const March first = marches.front();
    std::vector<March> group, rest;
    for (March& march : marches) {
      const SCEV* distance = analyses_.evolution.getMinusSCEV(march.start, first.start);
      auto* constant = dyn_cast<llvm::SCEVConstant>(distance);
      if (constant == nullptr || march.step != first.step || march.access->is_write != first.access->is_write) {
        rest.push_back(march);
      } else {
        march.offset = constant->getAPInt().getSExtValue();
        group.push_back(march);
      }
    }
    marches = std::move(rest);
    return group;
  }

  // The accesses of one iteration, side by side without a gap, are to fill what the next iteration is away, or more.
  void replace_group(const std::vector<March>& group) {
    const auto stride = static_cast<uint64_t>(std::abs(group.front().step));
    size_t first = 0;
    while (first < group.size()) {
      int64_t end = group[first].offset;
      size_t next = first;
      for (; next < group.size() && group[next].offset <= end; ++next) {
        end = std::max(end, group[next].offset + static_cast<int64_t>(group[next].access->bytes));
      }
      const auto bytes = static_cast<uint64_t>(end - group[first].offset);
      if (bytes >= stride) check_range(&group[first], next - first, stride, bytes);
      first = next;
    }
  }

  void check_once(Access* access, const SCEV* address) {
    Access before = *access;
    before.address = expander_.expandCodeFor(address, access->address->getType(), end_);
    checks_.push_back({before, nullptr, nullptr, end_});
    eliminate(*access);
  }

  // bytes: of one iteration.
  void check_range(const March* group, size_t size, uint64_t stride, uint64_t bytes) {
    llvm::ScalarEvolution& evolution = analyses_.evolution;
    llvm::Type* i64 = last_->getType();
    const SCEV* lowest = group->start;
    // Downwards, the last iteration is the lowest.
    if (group->step < 0) {
      lowest = evolution.getAddExpr(lowest, evolution.getMulExpr(last_, evolution.getConstant(i64, group->step, true)));
    }
    const SCEV* before_last = evolution.getMulExpr(last_, evolution.getConstant(i64, stride));
    const SCEV* all = evolution.getAddExpr(before_last, evolution.getConstant(i64, bytes));
    llvm::Value* address = expander_.expandCodeFor(lowest, group->access->address->getType(), end_);
    checks_.push_back({*group->access, address, expander_.expandCodeFor(all, i64, end_), end_});
    for (size_t i = 0; i < size; ++i) eliminate(*group[i].access);
  }

  void eliminate(Access& access) {
    access.is_eliminated = true;
    ++statistics_.eliminated_loop;
  }

  FunctionPlan& plan_;
  const LoopAnalyses& analyses_;
  Statistics& statistics_;
  llvm::SCEVExpander expander_;
  llvm::DenseMap<llvm::BasicBlock*, std::vector<Step>*> steps_;
  std::vector<LoopCheck> checks_;

  // Of the loop at work.
  Loop* loop_ = nullptr;
  Instruction* end_ = nullptr;
  const SCEV* last_ = nullptr;  // number of the last iteration, the first being 0
};

}  // namespace

std::vector<LoopCheck> find_loop_ranges(llvm::Function& function, FunctionPlan& plan, const LoopAnalyses& analyses,
                                        Statistics& statistics) {
  return LoopRanges(function, plan, analyses, statistics).run();
}

}  // namespace gorace::instrument
