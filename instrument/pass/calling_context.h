// Calling context: a hash of the calls that led to a function, kept in __gorace_tls.calling_context (detector/abi/abi.h).
//
// A function that calls another saves the caller's value and sets its own at entry, and gives the caller's back at each exit: ret, musttail call,
// resume. An exception or longjmp skips the exits of the frames it unwinds, so a function sets its own value again where it
// is re-entered: at its landing pads, and after a call that returns twice (setjmp).
//
// A function all of whose calls never return (bounds checks that throw, failed assertions) sets the value before each of these
// calls instead, and pays nothing on the way that matters. It must have no landing pad, so that nothing ever comes back into it.
//
// Recursion. Of a function that calls itself, every depth has the context of the first call of itself from that place:
// otherwise each node of a tree would be destroyed in a context of its own, whose stack would be walked and kept, until
// none of the detector's million origins is left. So such a stack shows as many frames of the function as there were when
// it was first seen. A function leaves (caller's context + return address) for its calls of itself, marked by an odd
// number, and passes on what it found if that is odd; it sets its own value again when the call has returned. (Mutual
// recursion has a context for each depth: the functions in between do not know what to pass on.)
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
