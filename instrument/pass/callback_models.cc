#include "instrument/pass/callback_models.h"

#include "instrument/pass/annotations.h"
#include "instrument/pass/attributes.h"
#include "instrument/pass/model_actions.h"
#include "instrument/pass/skip.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"

namespace gorace::instrument {
namespace {

using llvm::Function;
using llvm::Value;

// Callbacks and their models, each pair once, in a steady order: names before overridden functions before arguments.
using Callbacks = llvm::SetVector<std::pair<Function*, const CallModel*>>;

void refuse(Function& function, const CallModel& model) {
  function.getContext().emitError("gorace: model file " + llvm::Twine(model.file) + ", line " +
                                  llvm::Twine(model.line) + ": the callback '" + function.getName() +
                                  "' has not the argument that the model speaks of");
}

llvm::Instruction* first_instruction(Function& function) {
  llvm::BasicBlock::iterator at = function.getEntryBlock().getFirstInsertionPt();
  while (llvm::isa<llvm::AllocaInst>(*at)) ++at;
  return &*at;
}

// Where the function returns: before a call that must be a tail call, nothing may stand between.
llvm::SmallVector<llvm::Instruction*, 2> ends(Function& function) {
  llvm::SmallVector<llvm::Instruction*, 2> found;
  for (llvm::BasicBlock& block : function) {
    if (!llvm::isa<llvm::ReturnInst>(block.getTerminator())) continue;
    llvm::CallInst* tail = block.getTerminatingMustTailCall();
    found.push_back(tail != nullptr ? tail : block.getTerminator());
  }
  return found;
}

llvm::SmallVector<Value*, 8> arguments_of(Function& function) {
  llvm::SmallVector<Value*, 8> arguments;
  for (llvm::Argument& argument : function.args()) {
    if (!argument.hasStructRetAttr()) arguments.push_back(&argument);
  }
  return arguments;
}

void model_callback(Function& function, const CallModel& model, Value* named) {
  const llvm::SmallVector<Value*, 8> arguments = arguments_of(function);
  if (!llvm::all_of(model.actions, [&](const ModelAction& action) { return has_object(action, arguments); })) {
    return refuse(function, model);
  }
  const ModelScope scope{arguments, nullptr, named};
  const llvm::SmallVector<llvm::Instruction*, 2> exits = ends(function);
  Emitter entry(first_instruction(function));
  for (const ModelAction& action : model.actions) {
    if (!action.is_after) emit_action(entry, action, scope);
  }
  for (llvm::Instruction* exit : exits) {
    Emitter builder(exit);
    for (const ModelAction& action : model.actions) {
      if (action.is_after) emit_action(builder, action, scope);
    }
  }
  adapt_attributes(function);  // no promise that it only reads, or does not synchronise, holds any longer
}

bool is_instrumented(const Function& function) {
  return !function.isDeclaration() && mode_of(function) != FunctionMode::kNothing;
}

void find_by_name(llvm::Module& module, const CallModels& models, Callbacks& callbacks) {
  for (Function& function : module) {
    if (!is_instrumented(function)) continue;
    if (const CallModel* model = models.find(ModelKind::kCallback, function.getName()))
      callbacks.insert({&function, model});
  }
}

// A thunk's `this` is the base object through which the library calls; its target's may be another. _ZThn16_...,
// _ZTv0_n24_...
bool is_thunk_of(llvm::StringRef name, llvm::StringRef target) {
  return (name.starts_with("_ZTh") || name.starts_with("_ZTv") || name.starts_with("_ZTc")) &&
         target.starts_with("_Z") && name.ends_with(("_" + target.drop_front(2)).str());
}

void find_overriders(llvm::Module& module, const CallModels& models, Callbacks& callbacks) {
  for (const auto& [annotated, text] : annotations_of(module)) {
    auto* function = llvm::dyn_cast<Function>(annotated);
    llvm::StringRef overridden = text;
    if (function == nullptr || !overridden.consume_front(kOverrideAnnotation)) continue;
    const CallModel* model = models.find_override(overridden);
    if (model == nullptr) continue;
    if (is_instrumented(*function)) callbacks.insert({function, model});
    for (Function& thunk : module) {
      if (is_instrumented(thunk) && is_thunk_of(thunk.getName(), function->getName()))
        callbacks.insert({&thunk, model});
    }
  }
}

// The function that a value is: by its name, or what a lambda's conversion to a pointer returns where nothing is
// inlined.
Function* known_function(Value* value) {
  value = value->stripPointerCasts();
  if (auto* function = llvm::dyn_cast<Function>(value)) return function;
  auto* call = llvm::dyn_cast<llvm::CallBase>(value);
  Function* conversion = call != nullptr ? call->getCalledFunction() : nullptr;
  if (conversion == nullptr || conversion->size() != 1) return nullptr;
  auto* result = llvm::dyn_cast<llvm::ReturnInst>(conversion->getEntryBlock().getTerminator());
  if (result == nullptr || result->getReturnValue() == nullptr) return nullptr;
  return llvm::dyn_cast<Function>(result->getReturnValue()->stripPointerCasts());
}

// A callback that is defined elsewhere: what is passed is a function of the module's own that calls it.
Function* stand_in(Function& callback) {
  const std::string name = (callback.getName() + ".gorace_callback").str();
  llvm::Module& module = *callback.getParent();
  if (Function* known = module.getFunction(name)) return known;
  auto* made = Function::Create(callback.getFunctionType(), llvm::GlobalValue::InternalLinkage, name, module);
  made->copyAttributesFrom(&callback);
  made->setVisibility(llvm::GlobalValue::DefaultVisibility);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(module.getContext(), "entry", made));
  const llvm::SmallVector<Value*, 8> arguments(llvm::make_pointer_range(made->args()));
  llvm::CallInst* call = builder.CreateCall(&callback, arguments);
  call->setAttributes(callback.getAttributes());
  if (call->getType()->isVoidTy()) {
    builder.CreateRetVoid();
  } else {
    builder.CreateRet(call);
  }
  return made;
}

struct PassedCallback {
  Function* body;    // where the actions go
  Function* passed;  // what the program named
  const CallModel* model;
};

void find_passed(Function& callee, const CallModel& model, std::vector<PassedCallback>& found) {
  for (llvm::Use& use : llvm::make_early_inc_range(callee.uses())) {
    auto* call = llvm::dyn_cast<llvm::CallBase>(use.getUser());
    if (call == nullptr || !call->isCallee(&use) || mode_of(*call->getFunction()) == FunctionMode::kNothing) continue;
    const unsigned index = model.argument + (call->hasStructRetAttr() ? 1 : 0);
    if (index >= call->arg_size() || !call->getArgOperand(index)->getType()->isPointerTy()) {
      refuse(callee, model);
      return;
    }
    Function* callback = known_function(call->getArgOperand(index));
    if (callback == nullptr || callback->isIntrinsic() || callback->isVarArg()) continue;
    Function* body = callback;
    if (callback->isDeclaration()) {
      body = stand_in(*callback);
      call->setArgOperand(index, body);
    }
    const auto is_same = [&](const PassedCallback& other) { return other.body == body && other.model == &model; };
    if (is_instrumented(*body) && llvm::none_of(found, is_same)) found.push_back({body, callback, &model});
  }
}

}  // namespace

void model_callbacks(llvm::Module& module, const CallModels& models) {
  Callbacks callbacks;
  find_by_name(module, models, callbacks);
  find_overriders(module, models, callbacks);
  std::vector<std::pair<Function*, const CallModel*>> takers;
  for (Function& function : module) {
    if (!function.isDeclaration() || function.isIntrinsic()) continue;
    for (const CallModel* model : models.find_arguments(function.getName())) takers.emplace_back(&function, model);
  }
  std::vector<PassedCallback> passed;
  for (auto [function, model] : takers) find_passed(*function, *model, passed);

  for (auto [function, model] : callbacks) model_callback(*function, *model, function);
  for (const PassedCallback& each : passed) model_callback(*each.body, *each.model, each.passed);
}

}  // namespace gorace::instrument
