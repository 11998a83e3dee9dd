// Calling context: a hash of the calls that led to a function, kept in __gorace_tls.calling_context (detector/abi/abi.h).
//
// A function that calls another saves the caller's value and sets its own at entry, and gives the caller's back at each exit: ret, musttail call,
// resume. An exception or longjmp skips the exits of the frames it unwinds, so a function sets its own value again where it
// is re-entered: at its landing pads, and after a call that returns twice (setjmp).
//
// A function all of whose calls never return (bounds checks that throw, failed assertions) sets the value before each of these
// calls instead, and pays nothing on the way that matters. It must have no landing pad, so that nothing ever comes back into it.
//
// Nothing is done in coroutines before they are split (no such function reaches the end of the pipeline), nor in functions with funclet
// exception handling (Windows).
#ifndef GORACE_INSTRUMENT_PASS_CALLING_CONTEXT_H_
#define GORACE_INSTRUMENT_PASS_CALLING_CONTEXT_H_

#include "instrument/pass/thread_words.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Function.h"

namespace gorace::instrument {

// keep_calling_context adds the code, and returns whether the function needed any. To be called before other code is added.
bool keep_calling_context(llvm::Function& function, ThreadWords& words, const llvm::TargetLibraryInfo& library);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_CALLING_CONTEXT_H_
