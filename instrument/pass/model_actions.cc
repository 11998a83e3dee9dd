#include "instrument/pass/model_actions.h"

#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {
namespace {

using llvm::Value;
using Place = ModelObject::Place;
using Test = ModelCondition::Test;

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
    case ModelEffect::kTask:
      return "__gorace_model_task";
  }
  llvm_unreachable("no such effect");
}

// A name is a byte that all modules share; its address is the object. (gorace c++ exports __gorace_* from programs, so
// that libraries loaded later mean the same one.)
llvm::Constant* named_object(llvm::Module& module, llvm::StringRef name) {
  const std::string symbol = ("__gorace_object_" + name).str();
  if (llvm::GlobalVariable* known = module.getNamedGlobal(symbol)) return known;
  llvm::Type* byte = llvm::Type::getInt8Ty(module.getContext());
  return new llvm::GlobalVariable(module, byte, /*isConstant=*/false, llvm::GlobalValue::WeakAnyLinkage,
                                  llvm::Constant::getNullValue(byte), symbol);
}

llvm::Constant* name_or_null(Emitter& builder, llvm::StringRef name) {
  if (name.empty()) return llvm::Constant::getNullValue(builder.getInt8Ty()->getPointerTo());
  return named_object(*builder.GetInsertBlock()->getModule(), name);
}

Value* address_of(Emitter& builder, const ModelObject& object, const ModelScope& scope) {
  if (object.place == Place::kFunction) return scope.function;
  if (object.place == Place::kNamed) return named_object(*builder.GetInsertBlock()->getModule(), object.name);
  Value* address = scope.arguments[object.argument];
  if (object.offset != 0) address = builder.CreateConstGEP1_64(builder.getInt8Ty(), address, object.offset);
  if (object.place == Place::kArgument) return address;
  return mark_own(builder.CreateLoad(address->getType(), address));
}

Value* holds(Emitter& builder, const ModelCondition& condition, const ModelScope& scope) {
  if (condition.test == Test::kResultZero) return builder.CreateIsNull(scope.result);
  if (condition.test == Test::kResultNonzero) return builder.CreateIsNotNull(scope.result);
  Value* argument = scope.arguments[condition.argument];
  return builder.CreateICmpEQ(argument, llvm::ConstantInt::getSigned(argument->getType(), condition.value));
}

}  // namespace

bool has_object(const ModelAction& action, llvm::ArrayRef<Value*> arguments) {
  const ModelObject& object = action.object;
  if (object.place == Place::kArgument || object.place == Place::kPointedTo) {
    if (object.argument >= arguments.size() || !arguments[object.argument]->getType()->isPointerTy()) return false;
  }
  if (action.condition.test != Test::kArgumentIs) return true;
  const unsigned tested = action.condition.argument;
  return tested < arguments.size() && arguments[tested]->getType()->isIntegerTy();
}

void call_model_runtime(Emitter& builder, llvm::StringRef name, llvm::ArrayRef<Value*> arguments) {
  llvm::SmallVector<llvm::Type*, 3> types;
  for (Value* argument : arguments) types.push_back(argument->getType());
  llvm::Module* module = builder.GetInsertBlock()->getModule();
  auto callee =
      module->getOrInsertFunction(name, llvm::FunctionType::get(builder.getVoidTy(), types, /*isVarArg=*/false));
  llvm::CallInst* call = builder.CreateCall(callee, arguments);
  call->setDoesNotThrow();
  call->addFnAttr(llvm::Attribute::NoMerge);  // its return address tells where the lock was taken
}

void emit_action(Emitter& builder, const ModelAction& action, const ModelScope& scope) {
  Value* object = address_of(builder, action.object, scope);
  if (action.effect == ModelEffect::kTask) {
    call_model_runtime(builder, entry_point(action.effect),
                       {object, name_or_null(builder, action.acquired), name_or_null(builder, action.released)});
    return;
  }
  if (action.condition.test != Test::kNone) {
    // Null is no object: the runtime does nothing, and the control flow stays as it is.
    Value* happened = holds(builder, action.condition, scope);
    object = builder.CreateSelect(happened, object, llvm::Constant::getNullValue(object->getType()));
  }
  call_model_runtime(builder, entry_point(action.effect), {object});
}

}  // namespace gorace::instrument
