// Attributes: what stays true of functions after checks are added, and what does not.
#ifndef GORACE_INSTRUMENT_PASS_ATTRIBUTES_H_
#define GORACE_INSTRUMENT_PASS_ATTRIBUTES_H_

#include "llvm/IR/Function.h"

namespace gorace::instrument {

// adapt_attributes:
//  - frame pointers, and no tail calls (other than musttail): stacks are walked by frame pointers, and a return address must
//    name a call that has not returned;
//  - drops the promises that checks break: memory(...) (checks read and write the shadow and thread words), speculatable, nosync (they call a
//    detector that synchronises), willreturn (a report may end the process), nofree. Link-time optimisation, which runs
//    after this pass, would otherwise take the stores of the calling context for dead.
void adapt_attributes(llvm::Function& function);

// adapt_calls drops the same promises from the calls in `function` and from the functions they name, which may be instrumented in
// another module. Intrinsics keep theirs.
void adapt_calls(llvm::Function& function);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_ATTRIBUTES_H_
