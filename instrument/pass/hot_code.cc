#include "instrument/pass/hot_code.h"

#include <algorithm>
#include <functional>

#include "instrument/pass/options.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Config/llvm-config.h"

namespace gorace::instrument {

namespace {

// Blocks that run less than this many times as often as their function get calls. Without a profile LLVM takes a loop
// to turn 32 times: a loop within a loop is hot. One by itself is hot only when its function is, which nobody knows.
constexpr uint64_t kHotTimes = 64;
// More inline checks than these in a function leave no room for its code in the processor's caches.
constexpr size_t kMostInline = 48;

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

void HotCode::mark(FunctionPlan& plan) {
  std::vector<uint64_t> hot;
  for (const Access& access : plan.accesses) {
    const llvm::BasicBlock& block = *access.instruction->getParent();
    if (frequencies_ != nullptr && !access.is_eliminated && is_hot(block)) hot.push_back(frequency(block));
  }
  if (hot.size() > kMostInline) {
    // All that run as often as the first one too many are calls.
    const auto excess = hot.begin() + kMostInline;
    std::nth_element(hot.begin(), excess, hot.end(), std::greater<>());
    threshold_ = *excess + 1;
  }
  for (Access& access : plan.accesses) access.is_hot = is_hot(*access.instruction->getParent());
}

bool HotCode::is_hot(const llvm::BasicBlock& block) const {
  return frequencies_ == nullptr ? all_ : frequency(block) >= threshold_;
}

}  // namespace gorace::instrument
