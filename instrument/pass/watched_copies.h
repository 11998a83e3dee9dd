// Watched copies: how the checks of sampled code share their tests of the window's byte. A function is divided into
// regions; each that has checks exists twice, as it would be without gorace and as it is with checks, and at its
// beginning one test chooses. (Arnold and Ryder, PLDI 2001, have a copy with instrumentation and tests at entries and
// back edges.) So outside of windows the price is a test a region, and plain code.
//
// A test stands
//   at the function's entry
//   behind each call that may take long: all but intrinsics, the allocator, the C library's functions for memory and
//   text
//   in the headers of loops that have inner loops, or wait for a variable (atomic, volatile), unless they make such a
//   call each time
// as far as a check can come before the next test. An innermost loop that only calculates is part of a region: what
// was decided before it holds until it ends. A region with one check that is in no such loop has no copy; the check
// gets a test of its own.
//
// Both copies leave to the same code: the next test, or what has no check. Values that either may have made meet in
// phis.
//
// Why nothing is reported that is ordered: a check of the watched copy comes after a look at the byte that was 0, as
// detector/sampling/README.md asks; when the window has been closed since, the detector ignores it. What comes in the
// plain copy after a window has opened is not seen, until the next test.
#ifndef GORACE_INSTRUMENT_PASS_WATCHED_COPIES_H_
#define GORACE_INSTRUMENT_PASS_WATCHED_COPIES_H_

#include "instrument/pass/quiet_calls.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/IRBuilder.h"

namespace gorace::instrument {

// WatchedCall: something for windows only.
struct WatchedCall {
  llvm::CallInst* call;
  bool is_check;  // to be removed from the plain copy; else a call of the program, which is in both
};

// make_watched_copies takes those calls that get into copies out of `calls`, and returns them: they are executed in
// windows only. is_open emits the test. `calls` are complete: nothing has been split for them.
std::vector<WatchedCall> make_watched_copies(llvm::Function& function, std::vector<WatchedCall>& calls,
                                             const llvm::TargetLibraryInfo& library, const QuietCalls& quiet_calls,
                                             llvm::function_ref<llvm::Value*(llvm::IRBuilder<>&)> is_open);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_WATCHED_COPIES_H_
