// Memory intrinsics: llvm.memcpy, memmove and memset of a length that is large or not constant become calls of the
// detector's own versions, which check both ranges and then do the work. (Short ones are ordinary accesses: see
// access.h.)
#ifndef GORACE_INSTRUMENT_PASS_MEMORY_INTRINSICS_H_
#define GORACE_INSTRUMENT_PASS_MEMORY_INTRINSICS_H_

#include "instrument/pass/check.h"
#include "instrument/pass/runtime_functions.h"
#include "llvm/IR/IntrinsicInst.h"

namespace gorace::instrument {

void replace_memory_intrinsic(llvm::MemIntrinsic* intrinsic, RuntimeFunctions& runtime);

// check_memory_intrinsic leaves it what it is, behind checks of its ranges.
void check_memory_intrinsic(llvm::MemIntrinsic* intrinsic, CheckEmitter& checks);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_MEMORY_INTRINSICS_H_
