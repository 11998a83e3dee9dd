// The few places where LLVM 16 to 22 differ. Everything else in this folder compiles unchanged with each of them.
#ifndef GORACE_INSTRUMENT_PASS_COMPAT_H_
#define GORACE_INSTRUMENT_PASS_COMPAT_H_

#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/IntrinsicInst.h"

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
