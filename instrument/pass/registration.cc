// Where LLVM finds the passes: the entry point of a pass plugin, and names for opt -passes=.
#include "instrument/pass/compat.h"
#include "instrument/pass/gorace_pass.h"
#include "instrument/pass/options.h"
#include "instrument/pass/skip_annotations.h"
#include "instrument/pass/source_locations.h"
#include "instrument/pass/suppress_speculation.h"
#include "llvm/Passes/PassBuilder.h"

namespace gorace::instrument {

namespace {

// opt -passes=gorace-skip-annotations,gorace-suppress-speculation,gorace-record-locations,gorace
bool parse_pass_name(llvm::StringRef name, llvm::ModulePassManager& passes, llvm::ArrayRef<llvm::PassBuilder::PipelineElement>) {
  if (name == "gorace") {
    passes.addPass(GoracePass());
    return true;
  }
  if (name == "gorace-skip-annotations") {
    passes.addPass(SkipAnnotationsPass());
    return true;
  }
  if (name == "gorace-suppress-speculation") {
    passes.addPass(SuppressSpeculationPass());
    return true;
  }
  if (name == "gorace-record-locations") {
    passes.addPass(llvm::createModuleToFunctionPassAdaptor(RecordLocationsPass()));
    return true;
  }
  return false;
}

// The last extension point is where TSan's pass runs too: what the optimiser has removed needs no check. Before LTO's link step, not in it: there
// is no such extension point in a full LTO link.
void register_passes(llvm::PassBuilder& builder) {
  builder.registerPipelineStartEPCallback([](llvm::ModulePassManager& passes, llvm::OptimizationLevel level) {
    passes.addPass(SkipAnnotationsPass());
    passes.addPass(SuppressSpeculationPass());  // leaves out what the first has found
    if (level != llvm::OptimizationLevel::O0) passes.addPass(llvm::createModuleToFunctionPassAdaptor(RecordLocationsPass()));
  });
  // After inlining into a function, before its loops are optimised.
  builder.registerPeepholeEPCallback(
      [](llvm::FunctionPassManager& passes, llvm::OptimizationLevel) { passes.addPass(RecordLocationsPass()); });
#if LLVM_VERSION_MAJOR >= 20
  builder.registerOptimizerLastEPCallback(
      [](llvm::ModulePassManager& passes, llvm::OptimizationLevel, llvm::ThinOrFullLTOPhase) { passes.addPass(GoracePass()); });
#else
  builder.registerOptimizerLastEPCallback(
      [](llvm::ModulePassManager& passes, llvm::OptimizationLevel) { passes.addPass(GoracePass()); });
#endif
  builder.registerPipelineParsingCallback(parse_pass_name);
}

}  // namespace
}  // namespace gorace::instrument

extern "C" __attribute__((visibility("default"))) LLVM_ATTRIBUTE_WEAK llvm::PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "gorace", "0.1.0", gorace::instrument::register_passes};
}
