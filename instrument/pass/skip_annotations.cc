#include "instrument/pass/skip_annotations.h"

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

// Text of an annotation: a private constant string.
llvm::StringRef annotation_text(const llvm::Constant* operand) {
  const auto* global = dyn_cast<llvm::GlobalVariable>(operand->stripPointerCasts());
  if (global == nullptr || !global->hasInitializer()) return {};
  const auto* text = dyn_cast<llvm::ConstantDataSequential>(global->getInitializer());
  return text != nullptr && text->isCString() ? text->getAsCString() : llvm::StringRef();
}

// llvm.global.annotations is an array of { annotated, text, file, line, arguments }.
void mark_annotated(llvm::Module& module) {
  const llvm::GlobalVariable* annotations = module.getGlobalVariable("llvm.global.annotations");
  if (annotations == nullptr || !annotations->hasInitializer()) return;
  const auto* entries = dyn_cast<llvm::ConstantArray>(annotations->getInitializer());
  if (entries == nullptr) return;
  for (const llvm::Use& entry : entries->operands()) {
    const auto* fields = dyn_cast<llvm::ConstantStruct>(entry.get());
    if (fields == nullptr || fields->getNumOperands() < 2) continue;
    if (annotation_text(fields->getOperand(1)) != kAnnotation) continue;
    llvm::Constant* annotated = fields->getOperand(0)->stripPointerCasts();
    if (auto* function = dyn_cast<Function>(annotated)) function->addFnAttr(kSkipAttribute);
    if (auto* variable = dyn_cast<llvm::GlobalVariable>(annotated)) variable->addAttribute(kSkipAttribute);
  }
}

bool is_always_inline(const llvm::CallBase& call) {
  return call.hasFnAttr(Attribute::AlwaysInline);
}

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
