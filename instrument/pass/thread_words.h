// ThreadWords: reads and writes the words of __gorace_tls (detector/abi/abi.h) in one function.
//
// The words belong to the OS thread, and a goroutine may leave a call on another thread than it entered it. LLVM knows
// nothing of that, and may keep the address of a thread_local over a call. So the address never exists as a value here:
//   x86-64   the variable's offset from the thread pointer, the same in all threads, is a value (pure inline assembly,
//   once a function,
//            which the linker turns into a constant); each access adds fs by its address space (257). The calling
//            context, once or twice a function, is not worth a register: in code of the executable the offset is part
//            of the instruction.
//   aarch64  the thread pointer is read by volatile inline assembly at each access.
#ifndef GORACE_INSTRUMENT_PASS_THREAD_WORDS_H_
#define GORACE_INSTRUMENT_PASS_THREAD_WORDS_H_

#include "llvm/IR/IRBuilder.h"

namespace gorace::instrument {

class ThreadWords {
 public:
  // is_supported: can code for this module's target be instrumented?
  static bool is_supported(const llvm::Module& module);

  explicit ThreadWords(llvm::Function& function);

  llvm::Value* load_current(llvm::IRBuilder<>& builder);
  // load_access_mask: the mask of an access of 1, 2 or 4 bytes at `offset` in its granule.
  llvm::Value* load_access_mask(llvm::IRBuilder<>& builder, uint64_t bytes, llvm::Value* offset);
  llvm::Value* load_calling_context(llvm::IRBuilder<>& builder);
  void store_calling_context(llvm::IRBuilder<>& builder, llvm::Value* value);

  // enter_context calls __gorace_enter (detector/abi/check_calls.h) where has_enter() says that the code can: in x86-64
  // code of the executable.
  struct EnteredContext {
    llvm::Value* callers;
    llvm::Value* own;
  };
  bool has_enter() const { return is_beside_detector_; }
  EnteredContext enter_context(llvm::IRBuilder<>& builder, llvm::Value* return_address);

 private:
  // index: of a word from `offset` on; null: 0.
  llvm::Value* word_address(llvm::IRBuilder<>& builder, unsigned offset, llvm::Value* index = nullptr);
  llvm::Value* variable_offset();

  llvm::Function& function_;
  const bool is_x86_;
  const bool is_beside_detector_;  // and of an architecture that makes use of it
  llvm::IntegerType* const i64_;
  llvm::Value* variable_offset_ = nullptr;
};

// entry_point returns the place after a function's static allocas, which hoist_static_allocas has put together.
llvm::BasicBlock::iterator entry_point(llvm::Function& function);

// hoist_static_allocas moves an entry block's constant-size allocas to its start: a check that splits the block would
// otherwise leave some in another block, where they become run-time allocations.
void hoist_static_allocas(llvm::Function& function);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_THREAD_WORDS_H_
