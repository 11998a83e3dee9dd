#include "instrument/pass/module_constructor.h"

#include "detector/abi/abi.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

namespace gorace::instrument {

void add_module_constructor(llvm::Module& module, RuntimeFunctions& runtime, bool has_fences) {
  const char* name = has_fences ? "gorace.module_ctor.fences" : "gorace.module_ctor";
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(module.getContext()), /*isVarArg=*/false);
  auto* constructor = llvm::Function::createWithDefaultAttr(type, llvm::GlobalValue::LinkOnceODRLinkage, 0, name, &module);
  constructor->setVisibility(llvm::GlobalValue::HiddenVisibility);
  constructor->setComdat(module.getOrInsertComdat(name));
  constructor->setDoesNotThrow();
  constructor->addFnAttr("frame-pointer", "all");

  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(module.getContext(), "", constructor));
  builder.CreateCall(runtime.module_init(), {builder.getInt32(GORACE_ABI_VERSION),
                                             builder.getInt32(has_fences ? GORACE_MODULE_HAS_FENCES : 0)});
  builder.CreateRetVoid();
  llvm::appendToGlobalCtors(module, constructor, /*Priority=*/0, /*Data=*/constructor);
}

}  // namespace gorace::instrument
