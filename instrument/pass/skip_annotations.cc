#include "instrument/pass/skip_annotations.h"

#include "instrument/pass/annotations.h"
#include "instrument/pass/ignore_list.h"
#include "instrument/pass/skip.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

using llvm::Attribute;
using llvm::dyn_cast;
using llvm::Function;

namespace {

constexpr const char kAnnotation[] = "gorace.skip";

void mark_annotated(llvm::Module& module) {
  for (const auto& [annotated, text] : annotations_of(module)) {
    if (text != kAnnotation) continue;
    if (auto* function = dyn_cast<Function>(annotated)) function->addFnAttr(kSkipAttribute);
    if (auto* variable = dyn_cast<llvm::GlobalVariable>(annotated)) variable->addAttribute(kSkipAttribute);
  }
}

bool is_always_inline(const llvm::CallBase& call) { return call.hasFnAttr(Attribute::AlwaysInline); }

void keep_apart(Function& function) {
  function.removeFnAttr(Attribute::AlwaysInline);
  function.addFnAttr(Attribute::NoInline);
  for (llvm::BasicBlock& block : function) {
    for (llvm::Instruction& instruction : block) {
      auto* call = dyn_cast<llvm::CallBase>(&instruction);
      if (call != nullptr && !is_always_inline(*call)) call->setIsNoInline();
    }
  }
}

}  // namespace

llvm::PreservedAnalyses SkipAnnotationsPass::run(llvm::Module& module, llvm::ModuleAnalysisManager&) {
  mark_annotated(module);
  mark_ignored(module);
  bool changed = false;
  for (Function& function : module) {
    if (function.isDeclaration() || mode_of(function) == FunctionMode::kEverything) continue;
    keep_apart(function);
    changed = true;
  }
  return changed ? llvm::PreservedAnalyses::none() : llvm::PreservedAnalyses::all();
}

}  // namespace gorace::instrument
