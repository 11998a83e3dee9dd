// Sampling: checks that are made in short windows of time only, for production canaries (docs/sampling.md). Checks
// stand behind tests of one byte that the detector's sampler thread writes, the same for all threads: both accesses of
// a race are to be seen, and windows of their own would seldom meet. (Pacer, PLDI 2010, has global sampling periods for
// that reason; LiteRace, PLDI 2009, counts for each function and thread.)
//
// What is seen in a window is ordered by what is synchronised in it, all of which is followed (detector/sampling):
// there is never a false report. What is missed: a race whose two sides are not in one window.
//
//   if (__gorace_sampling_off == 0) { the check; covered[this function] = 1; }
//
// On x86-64 every check is one call, and regions of a function with more than one share a test (watched_copies.h).
// Elsewhere, in code that cannot be copied and at -O0, each check has its own.
//
// Atomic operations are done by the detector in windows, and by themselves outside.
#ifndef GORACE_INSTRUMENT_PASS_SAMPLING_H_
#define GORACE_INSTRUMENT_PASS_SAMPLING_H_

#include <vector>

#include "instrument/pass/access.h"
#include "instrument/pass/runtime_functions.h"
#include "instrument/pass/watched_copies.h"
#include "llvm/IR/IRBuilder.h"

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
  // has_calls_only: each check has to be one call, to be given to add(), and nothing may be opened.
  bool has_calls_only() const { return is_on() && RuntimeFunctions::has_checks(*function_.getParent()); }

  // open returns where to put the check that is to stand before `before` and belongs to `access`: behind a test.
  llvm::Instruction* open(llvm::Instruction* before, const llvm::Instruction& access);

  // keep_plain makes `operation`, which is to be replaced by a call of the detector's, something that is done in
  // windows only. Outside a copy of it is done, as it is. An atomic operation looks at the byte again when it is done:
  // what it read may come from a window that has opened meanwhile (__gorace_sampling_catch_up).
  void keep_plain(llvm::Instruction* operation);

  // add: a call that is to be made in windows only. add_program_call: one of the program's that is to be redirected
  // to the detector there. Without sampling nothing is done.
  void add(llvm::CallInst* check);
  void add_program_call(llvm::CallInst* call) { calls_.push_back({call, /*is_check=*/false}); }

  // finish emits the tests of what has been added; then nothing may be added any more. Returns the program's calls in
  // the code for windows.
  std::vector<llvm::CallInst*> finish(const llvm::TargetLibraryInfo& library, const QuietCalls& quiet_calls);

 private:
  llvm::Value* is_open(llvm::IRBuilder<>& builder);
  void catch_up(const llvm::Instruction& atomic, llvm::Instruction* before);
  void mark_covered(llvm::Instruction* before);

  llvm::Function& function_;
  SampledModule* const module_;
  std::vector<WatchedCall> calls_;
  uint64_t index_ = 0;  // in the array, from the first check on
  bool has_checks_ = false;
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_SAMPLING_H_
