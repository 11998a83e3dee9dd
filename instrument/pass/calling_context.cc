#include "instrument/pass/calling_context.h"

#include "detector/abi/abi.h"
#include "instrument/pass/calls.h"
#include "instrument/pass/emission.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Intrinsics.h"

namespace gorace::instrument {

using llvm::dyn_cast;
using llvm::Instruction;
using llvm::IRBuilder;
using llvm::isa;
using llvm::Value;

namespace {

// ControlPoints: where a function is left and re-entered, and whom it calls.
struct ControlPoints {
  llvm::SmallVector<Instruction*, 8> exits;
  llvm::SmallVector<llvm::LandingPadInst*, 8> landing_pads;
  llvm::SmallVector<llvm::CallBase*, 4> returning_twice;
  llvm::SmallVector<llvm::CallBase*, 8> never_returning;
  llvm::SmallVector<llvm::CallBase*, 4> of_itself;
  bool has_returning_calls = false;
  bool has_funclets = false;
};

// The place to restore at: a musttail call and its ret are one exit.
Instruction* exit_of(llvm::ReturnInst* ret) {
  if (llvm::CallInst* tail = ret->getParent()->getTerminatingMustTailCall()) return tail;
  return ret;
}

void add_call(ControlPoints& points, llvm::CallBase* call, const llvm::TargetLibraryInfo& library) {
  if (!is_program_call(*call, library)) return;
  if (call->hasFnAttr(llvm::Attribute::ReturnsTwice)) points.returning_twice.push_back(call);
  if (call->doesNotReturn()) {
    points.never_returning.push_back(call);
  } else {
    points.has_returning_calls = true;
    if (call->getCalledFunction() == call->getFunction() && !call->isMustTailCall()) points.of_itself.push_back(call);
  }
}

ControlPoints find_control_points(llvm::Function& function, const llvm::TargetLibraryInfo& library) {
  ControlPoints points;
  for (llvm::BasicBlock& block : function) {
    for (Instruction& instruction : block) {
      if (auto* ret = dyn_cast<llvm::ReturnInst>(&instruction)) {
        points.exits.push_back(exit_of(ret));
      } else if (isa<llvm::ResumeInst>(instruction)) {
        points.exits.push_back(&instruction);
      } else if (auto* pad = dyn_cast<llvm::LandingPadInst>(&instruction)) {
        points.landing_pads.push_back(pad);
      } else if (isa<llvm::FuncletPadInst>(instruction) || isa<llvm::CatchSwitchInst>(instruction)) {
        points.has_funclets = true;
      } else if (auto* call = dyn_cast<llvm::CallBase>(&instruction)) {
        add_call(points, call, library);
      }
    }
  }
  return points;
}

Value* return_address(IRBuilder<>& builder) {
  Value* address = builder.CreateIntrinsic(builder.getPtrTy(), llvm::Intrinsic::returnaddress, {builder.getInt32(0)});
  return builder.CreatePtrToInt(address, builder.getInt64Ty());
}

struct Contexts {
  Value* callers;
  Value* return_address;
  Value* own;
};

// enter sets the function's own context, at its entry.
Contexts enter(IRBuilder<>& builder, ThreadWords& words) {
  if (words.has_enter()) {
    Value* address = return_address(builder);
    const ThreadWords::EnteredContext entered = words.enter_context(builder, address);
    return {entered.callers, address, entered.own};
  }
  Value* callers = words.load_calling_context(builder);
  Value* address = return_address(builder);
  Value* own = builder.CreateMul(builder.CreateAdd(callers, address), builder.getInt64(GORACE_CONTEXT_MULTIPLIER));
  words.store_calling_context(builder, own);
  return {callers, address, own};
}

// What a function leaves for a call of itself: an odd number that is the same at every depth.
Value* passed_to_itself(IRBuilder<>& builder, const Contexts& contexts) {
  Value* path = builder.CreateAdd(contexts.callers, contexts.return_address);
  Value* first = builder.CreateOr(path, builder.getInt64(1));
  return builder.CreateSelect(builder.CreateTrunc(contexts.callers, builder.getInt1Ty()), contexts.callers, first);
}

// The point where a call has returned: an invoke's edge may be shared with other ways to that block, which does no
// harm, since the function's own value is right there too.
Instruction* after(llvm::CallBase* call) {
  auto* invoke = dyn_cast<llvm::InvokeInst>(call);
  return invoke != nullptr ? &*invoke->getNormalDest()->getFirstInsertionPt() : call->getNextNode();
}

void keep_at_cold_calls(ThreadWords& words, const ControlPoints& points) {
  for (llvm::CallBase* call : points.never_returning) {
    Emitter builder(call);
    enter(builder, words);
  }
}

void set_again_at_reentries(ThreadWords& words, const ControlPoints& points, Value* own) {
  for (llvm::LandingPadInst* pad : points.landing_pads) {
    Emitter builder(&*pad->getParent()->getFirstInsertionPt());
    words.store_calling_context(builder, own);
  }
  for (llvm::CallBase* call : points.returning_twice) {
    Emitter builder(after(call));
    words.store_calling_context(builder, own);
  }
}

void pass_to_itself(ThreadWords& words, const ControlPoints& points, Value* passed, Value* own) {
  for (llvm::CallBase* call : points.of_itself) {
    Emitter before(call);
    words.store_calling_context(before, passed);
    Emitter behind(after(call));
    words.store_calling_context(behind, own);
  }
}

}  // namespace

bool keep_calling_context(llvm::Function& function, ThreadWords& words, const llvm::TargetLibraryInfo& library) {
  const ControlPoints points = find_control_points(function, library);
  if (!points.has_returning_calls && points.never_returning.empty()) return false;
  if (points.has_funclets || function.isPresplitCoroutine()) return false;
  if (!points.has_returning_calls && points.landing_pads.empty()) {
    keep_at_cold_calls(words, points);
    return true;
  }

  // Entry code has no line of its own, as a prologue has none.
  IRBuilder<> builder(&function.getEntryBlock(), entry_point(function));
  const auto [callers, address, own] = enter(builder, words);
  Value* passed = points.of_itself.empty() ? nullptr : passed_to_itself(builder, {callers, address, own});
  for (Instruction* exit : points.exits) {
    Emitter at_exit(exit);
    words.store_calling_context(at_exit, callers);
  }
  set_again_at_reentries(words, points, own);
  pass_to_itself(words, points, passed, own);
  return true;
}

}  // namespace gorace::instrument
