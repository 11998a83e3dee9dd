// RuntimeFunctions: declares what instrumented code calls (detector/abi/abi.h, check_calls.h and compiler-rt's __tsan_*
// ABI) in a module, at the first use of each.
#ifndef GORACE_INSTRUMENT_PASS_RUNTIME_FUNCTIONS_H_
#define GORACE_INSTRUMENT_PASS_RUNTIME_FUNCTIONS_H_

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

// is_beside_detector: is this code that can only be in the executable, as the detector is? Then it reaches the detector
// without the detour over the global offset table.
bool is_beside_detector(const llvm::Module& module);

class RuntimeFunctions {
 public:
  explicit RuntimeFunctions(llvm::Module& module);

  // The cold call of an inline check: bytes is 1, 2, 4, 8 or 16. preserve_most.
  llvm::CallInst* call_access(llvm::IRBuilder<>& builder, llvm::Value* address, unsigned bytes, bool is_write);
  // The whole check as a call, at any alignment. preserve_most. has_check: is there one for so many bytes?
  llvm::CallInst* call_check(llvm::IRBuilder<>& builder, llvm::Value* address, unsigned bytes, bool is_write);
  bool has_check(uint64_t bytes) const;
  // has_checks: are there such calls for this module's target?
  static bool has_checks(const llvm::Module& module);
  // Any number of bytes, C convention.
  llvm::CallInst* call_range(llvm::IRBuilder<>& builder, llvm::Value* address, llvm::Value* bytes, bool is_write);

  llvm::CallInst* call_vptr_update(llvm::IRBuilder<>& builder, llvm::Value* address, llvm::Value* value);

  // __tsan_atomic<bits>_<operation>(arguments...). Integers narrower than a register are passed zero-extended.
  llvm::CallInst* call_atomic(llvm::IRBuilder<>& builder, unsigned bits, llvm::StringRef operation, llvm::Type* result,
                              llvm::ArrayRef<llvm::Value*> arguments);
  llvm::CallInst* call_thread_fence(llvm::IRBuilder<>& builder, llvm::Value* order);

  // __tsan_<name>(destination, source or value, bytes) for name memcpy, memmove, memset.
  llvm::CallInst* call_memory(llvm::IRBuilder<>& builder, llvm::StringRef name, llvm::Value* destination,
                              llvm::Value* operand, llvm::Value* bytes);

  llvm::FunctionCallee module_init();
  llvm::FunctionCallee module_code();

  // is_runtime_function: is this the detector's own, so that nothing is added to it or around its calls?
  static bool is_runtime_function(llvm::StringRef name);

 private:
  // declare returns the function with this name; none of them throws.
  llvm::FunctionCallee declare(llvm::StringRef name, llvm::Type* result, llvm::ArrayRef<llvm::Type*> parameters);
  llvm::CallInst* call_entry(llvm::IRBuilder<>& builder, llvm::StringRef name, llvm::Value* address);

  llvm::Module& module_;
  const bool has_checks_;
  llvm::Type* const void_;
  llvm::Type* const pointer_;
  llvm::IntegerType* const i32_;
  llvm::IntegerType* const i64_;
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_RUNTIME_FUNCTIONS_H_
