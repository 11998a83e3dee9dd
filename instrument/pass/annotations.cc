#include "instrument/pass/annotations.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/GlobalVariable.h"

namespace gorace::instrument {
namespace {

using llvm::dyn_cast;

// Text of an annotation: a private constant string.
llvm::StringRef annotation_text(const llvm::Constant* operand) {
  const auto* global = dyn_cast<llvm::GlobalVariable>(operand->stripPointerCasts());
  if (global == nullptr || !global->hasInitializer()) return {};
  const auto* text = dyn_cast<llvm::ConstantDataSequential>(global->getInitializer());
  return text != nullptr && text->isCString() ? text->getAsCString() : llvm::StringRef();
}

}  // namespace

// llvm.global.annotations is an array of { annotated, text, file, line, arguments }.
std::vector<std::pair<llvm::Constant*, llvm::StringRef>> annotations_of(const llvm::Module& module) {
  std::vector<std::pair<llvm::Constant*, llvm::StringRef>> found;
  const llvm::GlobalVariable* annotations = module.getGlobalVariable("llvm.global.annotations");
  if (annotations == nullptr || !annotations->hasInitializer()) return found;
  const auto* entries = dyn_cast<llvm::ConstantArray>(annotations->getInitializer());
  if (entries == nullptr) return found;
  for (const llvm::Use& entry : entries->operands()) {
    const auto* fields = dyn_cast<llvm::ConstantStruct>(entry.get());
    if (fields == nullptr || fields->getNumOperands() < 2) continue;
    found.emplace_back(fields->getOperand(0)->stripPointerCasts(), annotation_text(fields->getOperand(1)));
  }
  return found;
}

}  // namespace gorace::instrument
