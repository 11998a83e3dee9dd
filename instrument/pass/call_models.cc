#include "instrument/pass/call_models.h"

#include "instrument/pass/emission.h"
#include "instrument/pass/model_file.h"
#include "instrument/pass/options.h"
#include "instrument/pass/skip.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

namespace gorace::instrument {
namespace {

using llvm::CallBase;
using llvm::Function;
using llvm::Value;

const char* entry_point(ModelEffect effect) {
  switch (effect) {
    case ModelEffect::kAcquire:
      return "__gorace_model_acquire";
    case ModelEffect::kRelease:
      return "__gorace_model_release";
    case ModelEffect::kLock:
      return "__gorace_model_lock";
    case ModelEffect::kUnlock:
      return "__gorace_model_unlock";
    case ModelEffect::kLockShared:
      return "__gorace_model_lock_shared";
    case ModelEffect::kUnlockShared:
      return "__gorace_model_unlock_shared";
    case ModelEffect::kDestroy:
      return "__gorace_model_destroy";
  }
  llvm_unreachable("no such effect");
}

void call_runtime(Emitter& builder, llvm::StringRef name, llvm::ArrayRef<Value*> arguments) {
  llvm::SmallVector<llvm::Type*, 1> types;
  for (Value* argument : arguments) types.push_back(argument->getType());
  llvm::Module* module = builder.GetInsertBlock()->getModule();
  auto callee =
      module->getOrInsertFunction(name, llvm::FunctionType::get(builder.getVoidTy(), types, /*isVarArg=*/false));
  llvm::CallInst* call = builder.CreateCall(callee, arguments);
  call->setDoesNotThrow();
  call->addFnAttr(llvm::Attribute::NoMerge);  // its return address tells where the lock was taken
}

// A structure that is returned in memory is passed before all other arguments, which is nothing that a model should
// know.
unsigned index_of(const ModelAction& action, const CallBase& call) {
  return action.argument + (call.hasStructRetAttr() ? 1 : 0);
}

bool has_objects(const CallModel& model, const CallBase& call) {
  for (const ModelAction& action : model.actions) {
    const unsigned index = index_of(action, call);
    if (index >= call.arg_size() || !call.getArgOperand(index)->getType()->isPointerTy()) return false;
    const llvm::Type* result = call.getType();
    if ((action.if_nonzero || action.if_zero) && !result->isIntegerTy() && !result->isPointerTy()) return false;
  }
  return true;
}

void emit_action(Emitter& builder, CallBase& call, const ModelAction& action) {
  Value* object = call.getArgOperand(index_of(action, call));
  if (action.offset != 0) object = builder.CreateConstGEP1_64(builder.getInt8Ty(), object, action.offset);
  if (action.if_nonzero || action.if_zero) {
    // Null is no object: the runtime does nothing, and the control flow stays as it is.
    Value* null = llvm::Constant::getNullValue(object->getType());
    Value* happened = action.if_zero ? builder.CreateIsNull(&call) : builder.CreateIsNotNull(&call);
    object = builder.CreateSelect(happened, object, null);
  }
  call_runtime(builder, entry_point(action.effect), {object});
}

// after returns the first instruction that runs when the call has returned; null when there is none.
llvm::Instruction* after(CallBase& call) {
  if (auto* invoke = llvm::dyn_cast<llvm::InvokeInst>(&call)) {
    llvm::BasicBlock* next = invoke->getNormalDest();
    if (next->getSinglePredecessor() == nullptr) next = llvm::SplitEdge(invoke->getParent(), next);
    return &*next->getFirstInsertionPt();
  }
  if (call.isMustTailCall() || !llvm::isa<llvm::CallInst>(call)) return nullptr;
  return call.getNextNode();
}

void model_call(CallBase& call, const CallModel& model) {
  llvm::Instruction* next = after(call);
  if (next == nullptr) return;
  Emitter before(&call, call);
  for (const ModelAction& action : model.actions) {
    if (!action.is_after) emit_action(before, call, action);
  }
  if (model.is_quiet) call_runtime(before, "__gorace_model_quiet_begin", {});
  Emitter behind(next, call);
  if (model.is_quiet) call_runtime(behind, "__gorace_model_quiet_end", {});
  for (const ModelAction& action : model.actions) {
    if (action.is_after) emit_action(behind, call, action);
  }
}

void model_calls_of(Function& callee, const CallModel& model) {
  llvm::SmallVector<CallBase*, 16> calls;
  for (llvm::User* user : callee.users()) {
    auto* call = llvm::dyn_cast<CallBase>(user);
    if (call == nullptr || call->getCalledOperand() != &callee) continue;
    if (mode_of(*call->getFunction()) != FunctionMode::kNothing) calls.push_back(call);
  }
  for (CallBase* call : calls) {
    if (has_objects(model, *call)) {
      model_call(*call, model);
      continue;
    }
    callee.getContext().emitError(call, "gorace: model file " + llvm::Twine(model.file) + ", line " +
                                            llvm::Twine(model.line) + ": '" + callee.getName() +
                                            "' has not the pointer argument or the result that the model speaks of");
    return;
  }
}

bool load_models(llvm::LLVMContext& context, CallModels& models) {
  llvm::cantFail(models.add_text(kBuiltinModels, "(built in)"));
  for (const std::string& path : model_files()) {
    if (llvm::Error error = models.add_file(path)) {
      context.emitError("gorace: " + llvm::toString(std::move(error)));
      return false;
    }
  }
  return true;
}

}  // namespace

void model_calls(llvm::Module& module) {
  CallModels models;
  if (!load_models(module.getContext(), models)) return;
  llvm::SmallVector<std::pair<Function*, const CallModel*>, 8> modelled;
  for (Function& function : module) {
    if (!function.isDeclaration() || function.isIntrinsic()) continue;
    if (const CallModel* model = models.find(function.getName())) modelled.push_back({&function, model});
  }
  for (auto [function, model] : modelled) model_calls_of(*function, *model);
}

}  // namespace gorace::instrument
