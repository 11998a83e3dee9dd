// Access collection: what one function does to memory, before anything is changed.
//
// The plan holds pointers to instructions, not blocks: emitting a check splits the block it is in.
#ifndef GORACE_INSTRUMENT_PASS_ACCESS_H_
#define GORACE_INSTRUMENT_PASS_ACCESS_H_

#include <cstdint>
#include <vector>

#include "instrument/pass/quiet_calls.h"
#include "instrument/pass/skip.h"
#include "instrument/pass/statistics.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/IntrinsicInst.h"

namespace gorace::instrument {

// Access: `bytes` bytes at `address`, read or written by `instruction`. Of a scalable vector, `bytes` is the size at
// vscale 1.
struct Access {
  llvm::Instruction* instruction;
  llvm::Value* address;
  uint64_t bytes;
  llvm::Align alignment;
  bool is_write;
  bool is_scalable = false;
  bool is_eliminated = false;
  bool is_hot = true;  // worth an inline check (hot_code.h)
};

// Step: one thing of a block, in program order, that elimination must know of: an access (by index), or what stands
// between accesses.
struct Step {
  static constexpr int kNoAccess = -1;
  int access = kNoAccess;
  bool may_acquire = false;
  bool may_release = false;
  bool may_not_return = false;  // throws, exits, loops for ever, longjmps
};

struct FunctionPlan {
  std::vector<Access> accesses;
  std::vector<std::vector<Step>> blocks;  // one list of steps a basic block

  std::vector<llvm::StoreInst*> vptr_updates;
  std::vector<llvm::Instruction*> atomics;          // loads, stores, RMW, compare-exchanges, fences
  std::vector<llvm::MemIntrinsic*> memory_calls;    // become calls of __tsan_mem*
  std::vector<llvm::IntrinsicInst*> lane_accesses;  // masked, gathered, scattered, compressed

  bool is_empty() const {
    return accesses.empty() && vptr_updates.empty() && atomics.empty() && memory_calls.empty() && lane_accesses.empty();
  }
};

// Copies of a constant size up to this are checked inline, and stay what they are: a call would cost more than the
// copy.
inline constexpr uint64_t kInlineCopyBytes = 64;

FunctionPlan collect(llvm::Function& function, FunctionMode mode, const llvm::TargetLibraryInfo& library,
                     const QuietCalls& quiet_calls, Statistics& statistics);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_ACCESS_H_
