#include "instrument/pass/thread_words.h"

#include "detector/abi/abi.h"
#include "instrument/pass/emission.h"
#include "instrument/pass/runtime_functions.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/TargetParser/Triple.h"

namespace gorace::instrument {

using llvm::IRBuilder;
using llvm::Value;

namespace {

constexpr unsigned kX86FsAddressSpace = 257;

#define GORACE_STRING_(text) #text
#define GORACE_STRING(macro) GORACE_STRING_(macro)

llvm::Triple triple_of(const llvm::Module& module) { return llvm::Triple(module.getTargetTriple()); }

Value* call_assembly(IRBuilder<>& builder, const char* text, bool has_side_effects) {
  auto* type = llvm::FunctionType::get(builder.getInt64Ty(), /*isVarArg=*/false);
  return builder.CreateCall(llvm::InlineAsm::get(type, text, "=r", has_side_effects));
}

}  // namespace

bool ThreadWords::is_supported(const llvm::Module& module) {
  const llvm::Triple triple = triple_of(module);
  return triple.isOSLinux() && (triple.getArch() == llvm::Triple::x86_64 || triple.getArch() == llvm::Triple::aarch64);
}

ThreadWords::ThreadWords(llvm::Function& function)
    : function_(function),
      is_x86_(triple_of(*function.getParent()).getArch() == llvm::Triple::x86_64),
      is_beside_detector_(is_x86_ && is_beside_detector(*function.getParent())),
      i64_(llvm::Type::getInt64Ty(function.getContext())) {}

Value* ThreadWords::variable_offset() {
  if (variable_offset_ == nullptr) {
    IRBuilder<> builder(&function_.getEntryBlock(), entry_point(function_));
    variable_offset_ =
        call_assembly(builder,
                      is_x86_ ? "movq __gorace_tls@GOTTPOFF(%rip), $0"
                              : "adrp $0, :gottprel:__gorace_tls\n\tldr $0, [$0, :gottprel_lo12:__gorace_tls]",
                      /*has_side_effects=*/false);
  }
  return variable_offset_;
}

Value* ThreadWords::word_address(IRBuilder<>& builder, unsigned offset, Value* index) {
  Value* address = variable_offset();
  if (!is_x86_)
    address = builder.CreateAdd(call_assembly(builder, "mrs $0, tpidr_el0", /*has_side_effects=*/true), address);
  if (index != nullptr) address = builder.CreateAdd(address, builder.CreateShl(index, 3));
  if (offset != 0) address = builder.CreateAdd(address, builder.getInt64(offset));
  return builder.CreateIntToPtr(address,
                                llvm::PointerType::get(builder.getContext(), is_x86_ ? kX86FsAddressSpace : 0));
}

Value* ThreadWords::load_current(IRBuilder<>& builder) {
  return mark_own(builder.CreateAlignedLoad(i64_, word_address(builder, GORACE_TLS_CURRENT), llvm::Align(8)));
}

Value* ThreadWords::load_access_mask(IRBuilder<>& builder, uint64_t bytes, Value* offset) {
  constexpr unsigned kMaskBytes = sizeof(GoraceTls::access_masks[0]);
  const unsigned masks = GORACE_TLS_ACCESS_MASKS + llvm::Log2_64(bytes) * kMaskBytes;
  return mark_own(builder.CreateAlignedLoad(i64_, word_address(builder, masks, offset), llvm::Align(8)));
}

Value* ThreadWords::load_calling_context(IRBuilder<>& builder) {
  return mark_own(builder.CreateAlignedLoad(i64_, word_address(builder, GORACE_TLS_CALLING_CONTEXT), llvm::Align(8)));
}

void ThreadWords::store_calling_context(IRBuilder<>& builder, Value* value) {
  if (is_beside_detector_) {
    constexpr const char kStore[] = "movq $0, %fs:__gorace_tls@tpoff+" GORACE_STRING(GORACE_TLS_CALLING_CONTEXT);
    auto* type = llvm::FunctionType::get(builder.getVoidTy(), {i64_}, /*isVarArg=*/false);
    builder.CreateCall(llvm::InlineAsm::get(type, kStore, "r", /*hasSideEffects=*/true), {value});
    return;
  }
  mark_own(builder.CreateAlignedStore(value, word_address(builder, GORACE_TLS_CALLING_CONTEXT), llvm::Align(8)));
}

// Not a call to LLVM, so that all other registers keep their values. It writes below the stack pointer.
ThreadWords::EnteredContext ThreadWords::enter_context(IRBuilder<>& builder, Value* return_address) {
  function_.addFnAttr(llvm::Attribute::NoRedZone);
  auto* type = llvm::FunctionType::get(llvm::StructType::get(i64_, i64_), {i64_}, /*isVarArg=*/false);
  auto* call = llvm::InlineAsm::get(type, "callq __gorace_enter@PLT", "={r11},={r10},1,~{dirflag},~{fpsr},~{flags}",
                                    /*hasSideEffects=*/true);
  Value* both = builder.CreateCall(call, {return_address});
  return {builder.CreateExtractValue(both, 0), builder.CreateExtractValue(both, 1)};
}

llvm::BasicBlock::iterator entry_point(llvm::Function& function) {
  return function.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
}

void hoist_static_allocas(llvm::Function& function) {
  llvm::BasicBlock& entry = function.getEntryBlock();
  llvm::SmallVector<llvm::AllocaInst*, 16> late;
  bool in_prologue = true;
  for (llvm::Instruction& instruction : entry) {
    auto* alloca = llvm::dyn_cast<llvm::AllocaInst>(&instruction);
    if (alloca == nullptr) {
      in_prologue = false;
    } else if (!in_prologue && alloca->isStaticAlloca()) {
      late.push_back(alloca);
    }
  }
  for (llvm::AllocaInst* alloca : late) alloca->moveBefore(entry, entry.begin());
}

}  // namespace gorace::instrument
