// Which calls matter to the instrumentation.
#ifndef GORACE_INSTRUMENT_PASS_CALLS_H_
#define GORACE_INSTRUMENT_PASS_CALLS_H_

#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/InstrTypes.h"

namespace gorace::instrument {

// is_program_call: does the call enter a function that may access memory, synchronise or call on? Not so: intrinsics,
// inline assembly, the detector's own functions, and functions of the mathematics library, which take and return
// numbers and touch nothing.
bool is_program_call(const llvm::CallBase& call, const llvm::TargetLibraryInfo& library);

// is_detector_call: does the program itself call the detector (an annotation, or the effect of a model)? That may be a
// release.
bool is_detector_call(const llvm::CallBase& call);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_CALLS_H_
