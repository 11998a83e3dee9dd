// SkipAnnotationsPass, at the start of the pipeline: functions annotated with [[clang::annotate("gorace.skip")]] get the attribute that the
// instrumenting pass sees, and functions that are not to be instrumented keep it that way through inlining: they are not
// inlined (their accesses would be checked in the caller), nor is anything inlined into them (its accesses would not be checked).
#ifndef GORACE_INSTRUMENT_PASS_SKIP_ANNOTATIONS_H_
#define GORACE_INSTRUMENT_PASS_SKIP_ANNOTATIONS_H_

#include "llvm/IR/PassManager.h"

namespace gorace::instrument {

class SkipAnnotationsPass : public llvm::PassInfoMixin<SkipAnnotationsPass> {
 public:
  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager& analyses);
  static bool isRequired() { return true; }
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_SKIP_ANNOTATIONS_H_
