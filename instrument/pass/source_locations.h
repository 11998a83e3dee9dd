// Source locations that survive the optimiser. LLVM takes an instruction's location away when it moves it to where a
// debugger would show a confusing line: a load that is hoisted out of its loop has none left, and a race report would
// name no line at all, or that of a call.
//
// RecordLocationsPass notes each access's location in metadata of our own, which moves along: at the start of the
// pipeline, and again after inlining, before loops are optimised. restore_locations, before checks are emitted, gives
// accesses their location back, inlined frames included.
#ifndef GORACE_INSTRUMENT_PASS_SOURCE_LOCATIONS_H_
#define GORACE_INSTRUMENT_PASS_SOURCE_LOCATIONS_H_

#include "llvm/IR/Function.h"
#include "llvm/IR/PassManager.h"

namespace gorace::instrument {

class RecordLocationsPass : public llvm::PassInfoMixin<RecordLocationsPass> {
 public:
  llvm::PreservedAnalyses run(llvm::Function& function, llvm::FunctionAnalysisManager& analyses);
  static bool isRequired() { return true; }
};

// restore_locations also removes the metadata. An access that has neither gets the line of the first instruction that
// uses what it loaded.
void restore_locations(llvm::Function& function);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_SOURCE_LOCATIONS_H_
