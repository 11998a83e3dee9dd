// Quiet calls: those that surely neither release nor acquire, so that a check before them may stand for an access after
// them.
//
// Known to be quiet are functions of this module whose bodies (and those of all that they call) have no atomic
// operation but relaxed ones, no fence and no call of anything unknown; functions of the mathematics library; and, by
// name, the allocator, the memory and string functions of C, and what libstdc++ has of its strings and containers out
// of line. LLVM's own inference (`nosync`) knows less: it gives up at each volatile access and each allocation.
//
// The allocator counts as quiet also when the program replaces operator new by a function that takes locks: what such
// locks happen to order is not what a program relies on. (A race that is left open between two accesses only after the
// release inside an allocator, and not before it, may then be reported at the next access.)
#ifndef GORACE_INSTRUMENT_PASS_QUIET_CALLS_H_
#define GORACE_INSTRUMENT_PASS_QUIET_CALLS_H_

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

class QuietCalls {
 public:
  // To be made before the module is instrumented. `library_of` gives a function's TargetLibraryInfo.
  QuietCalls(llvm::Module& module, llvm::function_ref<const llvm::TargetLibraryInfo&(llvm::Function&)> library_of);

  bool is_quiet(const llvm::CallBase& call) const;

 private:
  bool may_synchronise(llvm::Function& function, const llvm::TargetLibraryInfo& library) const;

  llvm::SmallPtrSet<const llvm::Function*, 32> quiet_;
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_QUIET_CALLS_H_
