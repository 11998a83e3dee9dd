// GoracePass: instruments a module for gorace's race detector. Runs once, at the end of the optimiser (and at -O0).
#ifndef GORACE_INSTRUMENT_PASS_GORACE_PASS_H_
#define GORACE_INSTRUMENT_PASS_GORACE_PASS_H_

#include "llvm/IR/PassManager.h"

namespace gorace::instrument {

class GoracePass : public llvm::PassInfoMixin<GoracePass> {
 public:
  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager& analyses);
  static bool isRequired() { return true; }
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_GORACE_PASS_H_
