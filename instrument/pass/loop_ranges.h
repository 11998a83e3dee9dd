// Loop ranges: the checks of a loop's accesses, made once in front of the loop.
//
//   for (i = 0; i < n; ++i) sum += a[i];      one check of the n elements, then a loop without any
//
// For innermost loops whose number of iterations is known when they are entered and that hold nothing but arithmetic
// and accesses (the mathematics library's calls are arithmetic). An access goes that is made in each iteration at an
// address which advances by a constant:
//
//   by 0                                     one check of the address
//   by as much as it touches, or by less,    one check of the range. Accesses side by side count together: those of an
//   up or down                               unrolled loop (four of 16 bytes that advance by 64), and of a[i - 1],
//                                            a[i], a[i + 1].
//
// The bytes checked are exactly those that the loop touches. Why a race is neither lost nor invented: the check stands
// for the accesses as one before each would, since between the two there is no acquire, no release, and no way out (a
// call, an exit in the middle, an exception, a volatile access that a signal handler may look at): the loop is entered
// and runs to its end. An access under a condition is left alone, for nobody knows whether it will be made.
//
// Strides with gaps are left alone: a range would check bytes that are not touched, and a check of scattered elements
// costs what the inline checks do.
#ifndef GORACE_INSTRUMENT_PASS_LOOP_RANGES_H_
#define GORACE_INSTRUMENT_PASS_LOOP_RANGES_H_

#include "instrument/pass/access.h"
#include "instrument/pass/runtime_functions.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/IR/Dominators.h"

namespace gorace::instrument {

// LoopCheck: one check in front of a loop, in the place of some accesses'.
struct LoopCheck {
  Access access;              // where the check is for one address; its instruction gives the line
  llvm::Value* address;       // where the range begins; null: access.address
  llvm::Value* bytes;         // null: access.bytes
  llvm::Instruction* before;  // the end of the loop's preheader
};

struct LoopAnalyses {
  llvm::LoopInfo& loops;
  llvm::DominatorTree& dominators;
  llvm::ScalarEvolution& evolution;
  const llvm::TargetLibraryInfo& library;
};

// find_loop_ranges sets is_eliminated of the accesses that the returned checks stand for, and computes the checks'
// addresses and sizes in the loops' preheaders. To be called while the blocks are as `plan` was collected from.
std::vector<LoopCheck> find_loop_ranges(llvm::Function& function, FunctionPlan& plan, const LoopAnalyses& analyses,
                                        Statistics& statistics);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_LOOP_RANGES_H_
