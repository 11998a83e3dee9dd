#include "instrument/pass/hot_code.h"

#include "instrument/pass/options.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Config/llvm-config.h"

namespace gorace::instrument {

namespace {

// Blocks that run less than this many times as often as their function get calls. Without a profile LLVM takes a loop to
// turn 32 times: a loop within a loop is hot. One by itself is hot only when its function is, which nobody knows.
constexpr uint64_t kHotTimes = 64;

}  // namespace

HotCode::HotCode(llvm::Function& function, llvm::FunctionAnalysisManager& analyses) {
  if (inline_checks() != InlineChecks::kHot) {
    all_ = inline_checks() == InlineChecks::kAlways;
    return;
  }
  if (function.hasMinSize() || analyses.getResult<llvm::LoopAnalysis>(function).empty()) return;
  frequencies_ = &analyses.getResult<llvm::BlockFrequencyAnalysis>(function);
#if LLVM_VERSION_MAJOR >= 18
  threshold_ = frequencies_->getEntryFreq().getFrequency() * kHotTimes;
#else
  threshold_ = frequencies_->getEntryFreq() * kHotTimes;
#endif
}

bool HotCode::is_hot(const llvm::BasicBlock& block) const {
  return frequencies_ == nullptr ? all_ : frequencies_->getBlockFreq(&block).getFrequency() >= threshold_;
}

}  // namespace gorace::instrument
