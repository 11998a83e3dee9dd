#include "instrument/pass/call_models.h"

#include "instrument/pass/callback_models.h"
#include "instrument/pass/emission.h"
#include "instrument/pass/model_actions.h"
#include "instrument/pass/options.h"
#include "instrument/pass/skip.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

namespace gorace::instrument {
namespace {

using llvm::CallBase;
using llvm::Function;
using llvm::Value;

unsigned first_argument(const CallBase& call) { return call.hasStructRetAttr() ? 1 : 0; }

bool has_objects(const CallModel& model, const CallBase& call) {
  const llvm::SmallVector<Value*, 8> arguments(llvm::drop_begin(call.args(), first_argument(call)));
  for (const ModelAction& action : model.actions) {
    if (!has_object(action, arguments)) return false;
    const llvm::Type* result = call.getType();
    const bool asks_result = action.condition.test == ModelCondition::Test::kResultNonzero ||
                             action.condition.test == ModelCondition::Test::kResultZero;
    if (asks_result && !result->isIntegerTy() && !result->isPointerTy()) return false;
    // What the runtime wraps is libstdc++'s; libc++'s is another class.
    if (action.effect == ModelEffect::kTask &&
        (call.getCalledFunction() == nullptr || !call.getCalledFunction()->getName().contains("St8functionIFvvEE"))) {
      return false;
    }
  }
  return true;
}

void emit_actions(Emitter& builder, CallBase& call, const CallModel& model, bool is_after) {
  const llvm::SmallVector<Value*, 8> arguments(llvm::drop_begin(call.args(), first_argument(call)));
  for (const ModelAction& action : model.actions) {
    if (action.is_after == is_after) emit_action(builder, action, {arguments, is_after ? &call : nullptr, nullptr});
  }
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
  emit_actions(before, call, model, /*is_after=*/false);
  if (model.is_quiet) call_model_runtime(before, "__gorace_model_quiet_begin", {});
  Emitter behind(next, call);
  if (model.is_quiet) call_model_runtime(behind, "__gorace_model_quiet_end", {});
  emit_actions(behind, call, model, /*is_after=*/true);
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
                                            "' has not the argument or the result that the model speaks of");
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
    if (const CallModel* model = models.find(ModelKind::kCall, function.getName()))
      modelled.push_back({&function, model});
  }
  for (auto [function, model] : modelled) model_calls_of(*function, *model);
  model_callbacks(module, models);
}

}  // namespace gorace::instrument
