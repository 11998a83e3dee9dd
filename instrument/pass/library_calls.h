// Library calls: functions of the C library that read or write the caller's memory, and are not instrumented
// themselves. Calls of them become calls of the detector's __gorace_<name> (detector/abi/library_functions.cc), which
// do the same and check what was touched, in the caller's name. Only calls in instrumented code: an interceptor would
// also slow down and watch code that nobody asked to check.
#ifndef GORACE_INSTRUMENT_PASS_LIBRARY_CALLS_H_
#define GORACE_INSTRUMENT_PASS_LIBRARY_CALLS_H_

#include "instrument/pass/runtime_functions.h"
#include "instrument/pass/sampling.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Function.h"

namespace gorace::instrument {

// check_library_calls replaces them; in sampled code it tells `sampling` of those that are to be redirected in windows.
void check_library_calls(llvm::Function& function, const llvm::TargetLibraryInfo& library, RuntimeFunctions& runtime,
                         SamplingGuard& sampling);
void redirect_library_call(llvm::CallInst& call);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_LIBRARY_CALLS_H_
