#include "instrument/pass/calls.h"

#include "instrument/pass/runtime_functions.h"
#include "llvm/IR/IntrinsicInst.h"

namespace gorace::instrument {

namespace {

bool is_number(const llvm::Type* type) { return type->isFloatingPointTy() || type->isIntegerTy(); }

// By attribute rather than by a list of names: LLVM knows the library's functions and what each may do (writing memory
// stands for errno).
bool is_mathematics(const llvm::CallBase& call, const llvm::TargetLibraryInfo& library) {
  llvm::LibFunc known;
  if (!library.getLibFunc(call, known) || !library.has(known)) return false;
  if (!call.doesNotThrow() || !call.hasFnAttr(llvm::Attribute::WillReturn) || !call.onlyWritesMemory()) return false;
  if (!is_number(call.getType())) return false;
  for (const llvm::Use& argument : call.args()) {
    if (!is_number(argument->getType())) return false;
  }
  return true;
}

// What a program calls by hand and what does synchronise. Everything else of the detector's has been put in by the pass.
bool is_annotation(llvm::StringRef name) {
  return name.starts_with("__gorace_annotate_") || name == "__tsan_acquire" || name == "__tsan_release";
}

}  // namespace

bool is_program_call(const llvm::CallBase& call, const llvm::TargetLibraryInfo& library) {
  if (llvm::isa<llvm::IntrinsicInst>(call) || call.isInlineAsm() || is_detector_call(call)) return false;
  return !is_mathematics(call, library);
}

bool is_detector_call(const llvm::CallBase& call) {
  const llvm::Function* callee = call.getCalledFunction();
  return callee != nullptr && RuntimeFunctions::is_runtime_function(callee->getName()) &&
         !is_annotation(callee->getName());
}

}  // namespace gorace::instrument
