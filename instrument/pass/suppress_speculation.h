// SuppressSpeculationPass, at the start of the pipeline: marks what will be instrumented as sanitize_thread, which tells LLVM's passes not to make
// accesses that the source does not make. Without it `y == 1 && x == 1` on references becomes two loads, and reading x is
// a race that the program does not have. The attribute alone instruments nothing: TSan's own pass runs under -fsanitize=thread only.
#ifndef GORACE_INSTRUMENT_PASS_SUPPRESS_SPECULATION_H_
#define GORACE_INSTRUMENT_PASS_SUPPRESS_SPECULATION_H_

#include "instrument/pass/skip.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"

namespace gorace::instrument {

class SuppressSpeculationPass : public llvm::PassInfoMixin<SuppressSpeculationPass> {
 public:
  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager&) {
    for (llvm::Function& function : module) {
      if (mode_of(function) == FunctionMode::kEverything) function.addFnAttr(llvm::Attribute::SanitizeThread);
    }
    return llvm::PreservedAnalyses::none();
  }
  static bool isRequired() { return true; }
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_SUPPRESS_SPECULATION_H_
