#include "instrument/pass/module_constructor.h"

#include "detector/abi/abi.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

namespace gorace::instrument {
namespace {

constexpr const char kCodeSection[] = "gorace_code";

// The linker defines these where the section is; without it they are null.
llvm::Constant* section_end(llvm::Module& module, const char* name) {
  auto* symbol = new llvm::GlobalVariable(module, llvm::Type::getInt8Ty(module.getContext()), /*isConstant=*/true,
                                          llvm::GlobalValue::ExternalWeakLinkage, nullptr, name);
  symbol->setVisibility(llvm::GlobalValue::HiddenVisibility);
  return symbol;
}

}  // namespace

void list_functions(llvm::Module& module) {
  llvm::MDNode* section = llvm::MDBuilder(module.getContext()).createPCSections({{kCodeSection, {}}});
  for (llvm::Function& function : module) {
    if (!function.isDeclarationForLinker()) function.setMetadata(llvm::LLVMContext::MD_pcsections, section);
  }
}

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
  builder
      .CreateCall(runtime.module_code(), {section_end(module, "__start_gorace_code"), section_end(module, "__stop_gorace_code")})
      ->setTailCallKind(llvm::CallInst::TCK_NoTail);  // its return address tells the module
  builder.CreateRetVoid();
  llvm::appendToGlobalCtors(module, constructor, /*Priority=*/0, /*Data=*/constructor);
}

}  // namespace gorace::instrument
