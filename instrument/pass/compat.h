// The few places where LLVM 16 to 22 differ. Everything else in this folder compiles unchanged with each of them.
#ifndef GORACE_INSTRUMENT_PASS_COMPAT_H_
#define GORACE_INSTRUMENT_PASS_COMPAT_H_

#include <functional>
#include <type_traits>

#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Support/KnownBits.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

// LLVM 17 gave AttributeMask a header of its own.
#if __has_include("llvm/IR/AttributeMask.h")
#include "llvm/IR/AttributeMask.h"
#else
#include "llvm/IR/Attributes.h"
#endif

// LLVM 22 moved the header.
#if __has_include("llvm/Plugins/PassPlugin.h")
#include "llvm/Plugins/PassPlugin.h"
#else
#include "llvm/Passes/PassPlugin.h"
#endif

static_assert(LLVM_VERSION_MAJOR >= 16, "gorace's pass needs LLVM 16 or newer");

namespace gorace::instrument {

// may_be_captured: can anybody but this function hold a pointer to `object`, now or after it returns?
inline bool may_be_captured(const llvm::Value* object) {
#if LLVM_VERSION_MAJOR >= 21
  return llvm::PointerMayBeCaptured(object, /*ReturnCaptures=*/true);
#else
  return llvm::PointerMayBeCaptured(object, /*ReturnCaptures=*/true, /*StoreCaptures=*/true);
#endif
}

// known_bits of a value, as they are at `at`. LLVM 21 moved the depth from the third argument to the last.
inline llvm::KnownBits known_bits(const llvm::Value* value, const llvm::DataLayout& layout,
                                  const llvm::Instruction* at) {
#if LLVM_VERSION_MAJOR >= 21
  return llvm::computeKnownBits(value, layout, /*AC=*/nullptr, at);
#else
  return llvm::computeKnownBits(value, layout, /*Depth=*/0, /*AC=*/nullptr, at);
#endif
}

// make_expander: LLVM 22 takes the data layout from the analysis. A template, since only one of the two exists.
template <class Evolution>
llvm::SCEVExpander make_expander(Evolution& evolution, const llvm::DataLayout& layout, const char* name) {
  if constexpr (std::is_constructible_v<llvm::SCEVExpander, Evolution&, const llvm::DataLayout&, const char*>) {
    return llvm::SCEVExpander(evolution, layout, name);
  } else {
    return llvm::SCEVExpander(evolution, name);
  }
}

#if LLVM_VERSION_MAJOR >= 17
// split_for_each_lane: newer ones (21 at the latest) take an iterator for the place.
template <class Place>
void split_for_each_lane(llvm::ElementCount count, llvm::Type* index, Place before,
                         const std::function<void(llvm::IRBuilderBase&, llvm::Value*)>& lane) {
  if constexpr (requires { llvm::SplitBlockAndInsertForEachLane(count, index, before, lane); }) {
    llvm::SplitBlockAndInsertForEachLane(count, index, before, lane);
  } else {
    llvm::SplitBlockAndInsertForEachLane(count, index, before->getIterator(), lane);
  }
}
#endif

// The operands of llvm.masked.{load,store,gather,scatter}: LLVM 22 turned the alignment operand into an attribute.
// `address` is the index of the pointer operand: 0 for load and gather, 1 for store and scatter.
struct MaskedOperands {
  llvm::Value* mask;
  llvm::Align alignment;
};
inline MaskedOperands masked_operands(const llvm::IntrinsicInst& call, unsigned address) {
#if LLVM_VERSION_MAJOR >= 22
  return {call.getArgOperand(address + 1), call.getParamAlign(address).valueOrOne()};
#else
  const auto* alignment = llvm::cast<llvm::ConstantInt>(call.getArgOperand(address + 1));
  return {call.getArgOperand(address + 2), alignment->getMaybeAlignValue().valueOrOne()};
#endif
}

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_COMPAT_H_
