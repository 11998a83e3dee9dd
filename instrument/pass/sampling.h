// Sampling: checks that are made in short windows of time only, for production canaries (docs/sampling.md). Each check
// stands behind a test of one byte that the detector's sampler thread writes, the same for all threads: both accesses
// of a race are to be seen, and windows of their own would seldom meet. (Pacer, PLDI 2010, has global sampling periods
// for that reason; LiteRace, PLDI 2009, counts for each function and thread.)
//
// What is seen in a window is ordered by what is synchronised in it, all of which is followed (detector/sampling):
// there is never a false report. What is missed: a race whose two sides are not in one window.
//
//   if (__gorace_sampling_off == 0) { the check; covered[this function] = 1; }
//
// Atomic operations, memcpy and its like are done by the detector in windows, and by themselves outside.
//
// In an innermost loop without calls the byte is read once, in front, and LLVM's loop unswitching makes two loops of
// it: one with checks, one as it would be without gorace. A loop that began outside of a window stays unwatched until
// it ends.
#ifndef GORACE_INSTRUMENT_PASS_SAMPLING_H_
#define GORACE_INSTRUMENT_PASS_SAMPLING_H_

#include "instrument/pass/access.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/PassManager.h"

namespace gorace::instrument {

// SampledModule: what the functions of a module share: the byte, and the array that says in which functions something
// was checked.
class SampledModule {
 public:
  explicit SampledModule(llvm::Module& module);
  // finish gives the array its size, and adds the constructor that makes both known to the detector.
  void finish(uint32_t parts_per_million);

 private:
  friend class SamplingGuard;

  llvm::Module& module_;
  llvm::GlobalVariable* off_;
  llvm::GlobalVariable* covered_;  // stands for the array until its size is known
  uint64_t functions_ = 0;
};

// SamplingGuard: the tests of one function. Without a module, nothing is sampled and everything checked.
class SamplingGuard {
 public:
  SamplingGuard(llvm::Function& function, SampledModule* module);

  bool is_on() const { return module_ != nullptr; }

  // hoist reads the byte in front of loops, for the accesses of `plan` within. To be called while `loops` holds.
  void hoist(const FunctionPlan& plan, llvm::LoopInfo& loops);

  // open returns where to put the check that is to stand before `before` and belongs to `access`: behind the test.
  llvm::Instruction* open(llvm::Instruction* before, const llvm::Instruction& access);

  // keep_plain makes `operation`, which is to be replaced by a call of the detector's, something that is done in
  // windows only. Outside a copy of it is done, as it is. An atomic operation looks at the byte again when it is done:
  // what it read may come from a window that has opened meanwhile (__gorace_sampling_catch_up).
  void keep_plain(llvm::Instruction* operation);

 private:
  llvm::Value* is_open(llvm::IRBuilder<>& builder);
  void catch_up(const llvm::Instruction& atomic, llvm::Instruction* before);

  llvm::Function& function_;
  SampledModule* const module_;
  llvm::DenseMap<const llvm::Instruction*, llvm::Value*> hoisted_;
  uint64_t index_ = 0;  // in the array, from the first check on
  bool has_checks_ = false;
};

// add_loop_unswitching adds the pass that makes two loops of one.
void add_loop_unswitching(llvm::ModulePassManager& passes);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_SAMPLING_H_
