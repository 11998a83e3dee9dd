#include "instrument/pass/skip.h"

#include "instrument/pass/compat.h"
#include "instrument/pass/runtime_functions.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/GlobalVariable.h"

namespace gorace::instrument {

using llvm::dyn_cast;
using llvm::isa;
using llvm::Value;

FunctionMode mode_of(const llvm::Function& function) {
  using llvm::Attribute;
  if (function.isDeclaration() || RuntimeFunctions::is_runtime_function(function.getName()) ||
      function.hasFnAttribute(Attribute::Naked) ||
      function.hasFnAttribute(Attribute::DisableSanitizerInstrumentation) ||
      function.getCallingConv() == llvm::CallingConv::X86_INTR) {
    return FunctionMode::kNothing;
  }
  return function.hasFnAttribute(kSkipAttribute) ? FunctionMode::kNoAccesses : FunctionMode::kEverything;
}

namespace {

bool has_vtable_tbaa(const llvm::Instruction& access) {
  const llvm::MDNode* tag = access.getMetadata(llvm::LLVMContext::MD_tbaa);
  return tag != nullptr && tag->isTBAAVtableAccess();
}

// Itanium C++ ABI names of a vtable and of a construction vtable.
bool is_vtable(const Value* value) {
  const auto* global = dyn_cast<llvm::GlobalVariable>(value);
  return global != nullptr && (global->getName().starts_with("_ZTV") || global->getName().starts_with("_ZTC"));
}

// Counters and flags that the compiler itself keeps, for PGO, coverage and gcov.
bool is_compiler_counter(const llvm::GlobalVariable& global) {
  const llvm::StringRef name = global.getName();
  return name.starts_with("__llvm_") || name.starts_with("__prof") || name.starts_with("__sancov");
}

// Vtables never change, so neither does what is read through a vtable pointer.
bool is_vtable_slot(const Value* address) {
  const auto* vptr = dyn_cast<llvm::LoadInst>(address->stripInBoundsOffsets());
  return vptr != nullptr && has_vtable_tbaa(*vptr);
}

}  // namespace

bool is_vptr_access(const llvm::Instruction& access) {
  if (has_vtable_tbaa(access)) return true;
  const auto* store = dyn_cast<llvm::StoreInst>(&access);
  return store != nullptr && store->getValueOperand()->getType()->isPointerTy() &&
         is_vtable(store->getValueOperand()->stripInBoundsOffsets());
}

bool AccessFilter::is_private(const Value* object) {
  const auto* argument = dyn_cast<llvm::Argument>(object);
  if (!isa<llvm::AllocaInst>(object) && (argument == nullptr || !argument->hasByValAttr())) return false;
  auto [entry, is_new] = private_objects_.try_emplace(object, false);
  if (is_new) entry->second = !may_be_captured(object);
  return entry->second;
}

bool AccessFilter::needs_check(const llvm::Instruction& access, const Value* address, bool is_write) {
  if (access.hasMetadata(llvm::LLVMContext::MD_nosanitize)) return false;
  if (address->getType()->getPointerAddressSpace() != 0 || address->isSwiftError()) return false;

  // The object, not the derived pointer, is what must not be captured: when &s escapes, so does s.b, though no use of &s.b shows it.
  const Value* object = llvm::getUnderlyingObject(address, /*MaxLookup=*/0);
  if (const auto* global = dyn_cast<llvm::GlobalVariable>(object)) {
    if (is_compiler_counter(*global) || global->hasAttribute(kSkipAttribute)) return false;
    if (!is_write && global->isConstant()) {
      ++statistics_.skipped_constant;
      return false;
    }
  }
  if (!is_write && (access.hasMetadata(llvm::LLVMContext::MD_invariant_load) || is_vtable_slot(address))) {
    ++statistics_.skipped_constant;
    return false;
  }
  if (is_private(object)) {
    ++statistics_.skipped_local;
    return false;
  }
  return true;
}

}  // namespace gorace::instrument
