#include "instrument/pass/source_locations.h"

#include <optional>

#include "instrument/pass/skip.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

namespace gorace::instrument {
namespace {

constexpr const char kRecordedLocation[] = "gorace.location";
constexpr int kUserDepth = 3;  // phis and casts between a load and the instruction that really uses it

const llvm::DISubprogram* subprogram_of(const llvm::DILocation& location) {
  return location.getScope()->getSubprogram();
}

bool has_line(const llvm::Instruction& instruction) {
  const llvm::DebugLoc& location = instruction.getDebugLoc();
  return location && location.getLine() != 0;
}

bool same_place(const llvm::DILocation& a, const llvm::DILocation& b) {
  return a.getScope() == b.getScope() && a.getLine() == b.getLine();
}

// Restorer works on one function. A recorded location says nothing of inlining: it was made before. Where the function
// that it is in was inlined is found out from other instructions.
class Restorer {
 public:
  explicit Restorer(llvm::Function& function)
      : function_(function), kind_(function.getContext().getMDKindID(kRecordedLocation)) {}

  void run() {
    if (function_.getSubprogram() == nullptr) return;
    for (llvm::Instruction& instruction : llvm::instructions(function_)) {
      if (!instruction.mayReadOrWriteMemory()) continue;
      if (auto* recorded = llvm::cast_or_null<llvm::DILocation>(instruction.getMetadata(kind_))) {
        instruction.setMetadata(kind_, nullptr);
        restore(instruction, *recorded);
      } else if (llvm::isa<llvm::LoadInst>(instruction) && !has_line(instruction)) {
        if (const llvm::DILocation* used_at = location_of_use(instruction, kUserDepth))
          instruction.setDebugLoc(used_at);
      }
    }
  }

 private:
  void restore(llvm::Instruction& instruction, const llvm::DILocation& recorded) {
    const llvm::DILocation* present = instruction.getDebugLoc().get();
    if (present != nullptr && same_place(*present, recorded)) return;
    const llvm::DILocation* outermost = &recorded;
    while (outermost->getInlinedAt() != nullptr) outermost = outermost->getInlinedAt();
    llvm::DILocation* inlined_at = nullptr;
    if (subprogram_of(*outermost) != function_.getSubprogram()) {
      inlined_at = find_inlined_at(*subprogram_of(*outermost), instruction);
    }
    instruction.setDebugLoc(within(recorded, inlined_at));
  }

  // find_inlined_at: where `callee` was inlined into this function.
  llvm::DILocation* find_inlined_at(const llvm::DISubprogram& callee, const llvm::Instruction& instruction) {
    llvm::DILocation* present = instruction.getDebugLoc().get();
    for (const llvm::DILocation* frame = present; frame != nullptr; frame = frame->getInlinedAt()) {
      if (subprogram_of(*frame) == &callee) return frame->getInlinedAt();
    }
    if (!inlined_) note_inlined();
    if (const auto found = inlined_->find(&callee); found != inlined_->end()) return found->second;
    // Nothing else of it is left. The inliner gives an instruction that has lost its location that of the call; else
    // the call is probably where the value is used.
    if (has_line(instruction)) return present;
    if (llvm::DILocation* used_at = location_of_use(instruction, kUserDepth)) return used_at;
    return llvm::DILocation::get(function_.getContext(), 0, 0, function_.getSubprogram());
  }

  // within rebuilds a chain of frames, the outermost of which is inlined at `inlined_at`.
  llvm::DILocation* within(const llvm::DILocation& frame, llvm::DILocation* inlined_at) {
    llvm::DILocation* outer = frame.getInlinedAt() != nullptr ? within(*frame.getInlinedAt(), inlined_at) : inlined_at;
    return llvm::DILocation::get(function_.getContext(), frame.getLine(), frame.getColumn(), frame.getScope(), outer);
  }

  void note_inlined() {
    inlined_.emplace();
    for (const llvm::Instruction& instruction : llvm::instructions(function_)) {
      for (const llvm::DILocation* frame = instruction.getDebugLoc().get(); frame != nullptr;
           frame = frame->getInlinedAt()) {
        if (!inlined_->try_emplace(subprogram_of(*frame), frame->getInlinedAt()).second) break;
      }
    }
  }

  static llvm::DILocation* location_of_use(const llvm::Instruction& instruction, int depth) {
    for (const llvm::User* user : instruction.users()) {
      const auto* at = llvm::dyn_cast<llvm::Instruction>(user);
      if (at == nullptr) continue;
      if (has_line(*at)) return at->getDebugLoc().get();
      if (depth > 1) {
        if (llvm::DILocation* further = location_of_use(*at, depth - 1)) return further;
      }
    }
    return nullptr;
  }

  llvm::Function& function_;
  const unsigned kind_;
  std::optional<llvm::DenseMap<const llvm::DISubprogram*, llvm::DILocation*>> inlined_;
};

}  // namespace

llvm::PreservedAnalyses RecordLocationsPass::run(llvm::Function& function, llvm::FunctionAnalysisManager&) {
  if (function.getSubprogram() == nullptr || mode_of(function) != FunctionMode::kEverything)
    return llvm::PreservedAnalyses::all();
  const unsigned kind = function.getContext().getMDKindID(kRecordedLocation);
  for (llvm::Instruction& instruction : llvm::instructions(function)) {
    // Calls keep their locations.
    if (!instruction.mayReadOrWriteMemory() || llvm::isa<llvm::CallBase>(instruction) || !has_line(instruction))
      continue;
    llvm::DILocation* present = instruction.getDebugLoc().get();
    const auto* recorded = llvm::cast_or_null<llvm::DILocation>(instruction.getMetadata(kind));
    // Another place is that of a call, which the inliner gave to an access that had lost its own.
    if (recorded == nullptr || same_place(*recorded, *present)) instruction.setMetadata(kind, present);
  }
  return llvm::PreservedAnalyses::all();
}

void restore_locations(llvm::Function& function) { Restorer(function).run(); }

}  // namespace gorace::instrument
