// Helpers for emitting code: every instruction that the pass adds is made through these.
#ifndef GORACE_INSTRUMENT_PASS_EMISSION_H_
#define GORACE_INSTRUMENT_PASS_EMISSION_H_

#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Metadata.h"

namespace gorace::instrument {

// mark_own marks a load or store of the pass's own, so that no sanitizer (nor a second gorace pass) checks it.
template <class T>
T* mark_own(T* instruction) {
  instruction->setMetadata(llvm::LLVMContext::MD_nosanitize, llvm::MDNode::get(instruction->getContext(), {}));
  return instruction;
}

// location_of returns the source location for code that works for `instruction`; line 0 of its function when it has none, since a call in a
// function with debug information must have one.
inline llvm::DebugLoc location_of(const llvm::Instruction& instruction) {
  if (const llvm::DebugLoc& own = instruction.getDebugLoc()) return own;
  llvm::DISubprogram* scope = instruction.getFunction()->getSubprogram();
  if (scope == nullptr) return {};
  return llvm::DILocation::get(instruction.getContext(), 0, 0, scope);
}

// Emitter: a builder that inserts in front of an instruction, with its source location.
class Emitter : public llvm::IRBuilder<> {
 public:
  explicit Emitter(llvm::Instruction* before) : Emitter(before, *before) {}
  // With the location of another instruction, for which the code works.
  Emitter(llvm::Instruction* before, const llvm::Instruction& on_behalf_of) : IRBuilder(before) {
    SetCurrentDebugLocation(location_of(on_behalf_of));
  }
};

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_EMISSION_H_
