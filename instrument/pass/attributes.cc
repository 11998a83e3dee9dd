#include "instrument/pass/attributes.h"

#include "instrument/pass/compat.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/IntrinsicInst.h"

namespace gorace::instrument {

namespace {

llvm::AttributeMask broken_promises() {
  using llvm::Attribute;
  llvm::AttributeMask mask;
  for (auto kind :
       {Attribute::Memory, Attribute::Speculatable, Attribute::NoSync, Attribute::NoFree, Attribute::WillReturn}) {
    mask.addAttribute(kind);
  }
  return mask;
}

}  // namespace

void adapt_attributes(llvm::Function& function) {
  function.addFnAttr("frame-pointer", "all");
  function.addFnAttr("disable-tail-calls", "true");
  function.removeFnAttrs(broken_promises());
}

void adapt_calls(llvm::Function& function) {
  const llvm::AttributeMask mask = broken_promises();
  for (llvm::BasicBlock& block : function) {
    for (llvm::Instruction& instruction : block) {
      auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
      if (call == nullptr || llvm::isa<llvm::IntrinsicInst>(call) || call->isInlineAsm()) continue;
      call->setAttributes(call->getAttributes().removeFnAttributes(call->getContext(), mask));
      if (llvm::Function* callee = call->getCalledFunction()) callee->removeFnAttrs(mask);
    }
  }
}

}  // namespace gorace::instrument
