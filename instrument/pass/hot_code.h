// Hot code: where a check is inline. An inline check is quicker than a call of one (no jump, the address where it is,
// constants folded into it) and four times as long; most of a program's accesses are made seldom. So checks are inline
// in blocks that run far more often than their function, and calls elsewhere.
//
// The estimate is LLVM's block frequency: of a profile where there is one, else of its heuristics, to which nested
// loops are hot, and paths to throw, to cold calls and to __builtin_expect's other side are not. Of a function with
// very many hot accesses (all that a loop of main() calls, inlined) only those that run most often are worth it.
#ifndef GORACE_INSTRUMENT_PASS_HOT_CODE_H_
#define GORACE_INSTRUMENT_PASS_HOT_CODE_H_

#include "instrument/pass/access.h"
#include "llvm/Analysis/BlockFrequencyInfo.h"
#include "llvm/IR/PassManager.h"

namespace gorace::instrument {

class HotCode {
 public:
  // To be made before the function's blocks are changed.
  HotCode(llvm::Function& function, llvm::FunctionAnalysisManager& analyses);

  // mark sets is_hot of the plan's accesses.
  void mark(FunctionPlan& plan);

  // To be asked after mark.
  bool is_hot(const llvm::BasicBlock& block) const;

 private:
  uint64_t frequency(const llvm::BasicBlock& block) const { return frequencies_->getBlockFreq(&block).getFrequency(); }

  const llvm::BlockFrequencyInfo* frequencies_ = nullptr;  // null: all is hot, or nothing
  uint64_t threshold_ = 0;
  bool all_ = false;
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_HOT_CODE_H_
