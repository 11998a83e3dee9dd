// CheckEmitter: emits the check of an access, in front of it, in one function (detector/abi/abi.h).
//
// In code that is not hot it is a call (hot_code.h). Inline it has three shapes, by what is known of the address at
// compile time:
//   one granule     1, 2, 4, 8 bytes: compare one shadow word; the mask is a constant when the address's low bits are
//   known. whole granules  9 to 64 bytes (and 8 when alignment is not provable): the access starts at a granule;
//   compare its 2 to 8 words. range           everything else: call the detector.
// Where natural (first shape) or 8-byte (second) alignment is likely but not provable, it is tested along with the
// words: whatever is not aligned goes to the detector.
#ifndef GORACE_INSTRUMENT_PASS_CHECK_H_
#define GORACE_INSTRUMENT_PASS_CHECK_H_

#include "instrument/pass/access.h"
#include "instrument/pass/runtime_functions.h"
#include "instrument/pass/sampling.h"
#include "instrument/pass/thread_words.h"

namespace gorace::instrument {

class CheckEmitter {
 public:
  CheckEmitter(llvm::Function& function, RuntimeFunctions& runtime, ThreadWords& words, SamplingGuard& sampling,
               Statistics& statistics);

  // emit puts the check in front of `before`, which is usually access.instruction, with the line of the latter.
  void emit(const Access& access, llvm::Instruction* before);
  void emit(const Access& access) { emit(access, access.instruction); }

  // emit_range puts a call for `bytes` bytes, a run-time value, in front of `before`, with the line of `access`.
  void emit_range(llvm::Value* address, llvm::Value* bytes, bool is_write, llvm::Instruction* before,
                  const llvm::Instruction& access);

 private:
  struct Shape;

  Shape shape_of(const Access& access, const llvm::Instruction* before) const;
  void emit_call(const Access& access, llvm::Instruction* before);
  void emit_range_call(const Access& access, llvm::Instruction* before);

  // Values that are zero when nothing needs doing.
  llvm::Value* misaligned_bits(llvm::IRBuilder<>& builder, llvm::Value* address, const Shape& shape);
  llvm::Value* one_granule(llvm::IRBuilder<>& builder, llvm::Value* address, const Access& access, const Shape& shape);
  llvm::Value* whole_granules(llvm::IRBuilder<>& builder, llvm::Value* address, const Access& access);

  llvm::Value* shadow_word(llvm::IRBuilder<>& builder, llvm::Value* address, bool is_write, bool is_granule_start);
  llvm::Value* difference(llvm::IRBuilder<>& builder, llvm::Value* word, unsigned index);

  llvm::Function& function_;
  RuntimeFunctions& runtime_;
  ThreadWords& words_;
  SamplingGuard& sampling_;
  Statistics& statistics_;
  llvm::MDNode* const unlikely_;
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_CHECK_H_
