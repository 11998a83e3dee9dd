#include "instrument/pass/runtime_functions.h"

#include "llvm/ADT/Twine.h"
#include "llvm/TargetParser/Triple.h"

namespace gorace::instrument {

using llvm::Attribute;
using llvm::CallInst;
using llvm::IRBuilder;
using llvm::Twine;
using llvm::Type;
using llvm::Value;

namespace {

// Each cold call's return address identifies its access: two of them must not be folded into one.
void keep_apart(CallInst* call) { call->addFnAttr(Attribute::NoMerge); }

void mark_access_call(CallInst* call) {
  keep_apart(call);
  call->addFnAttr(Attribute::Cold);
}

llvm::SmallVector<Type*, 6> types_of(llvm::ArrayRef<Value*> values) {
  llvm::SmallVector<Type*, 6> types;
  for (Value* value : values) types.push_back(value->getType());
  return types;
}

// A callee compiled by clang takes it for granted that its caller has widened small integers.
void extend_small_integers(CallInst* call) {
  for (unsigned i = 0; i < call->arg_size(); ++i) {
    Type* type = call->getArgOperand(i)->getType();
    if (type->isIntegerTy(8) || type->isIntegerTy(16)) call->addParamAttr(i, Attribute::ZExt);
  }
}

}  // namespace

bool is_beside_detector(const llvm::Module& module) {
  return module.getPIELevel() != llvm::PIELevel::Default || module.getPICLevel() == llvm::PICLevel::NotPIC;
}

RuntimeFunctions::RuntimeFunctions(llvm::Module& module)
    : module_(module),
      has_checks_(has_checks(module)),
      void_(Type::getVoidTy(module.getContext())),
      pointer_(llvm::PointerType::getUnqual(module.getContext())),
      i32_(Type::getInt32Ty(module.getContext())),
      i64_(Type::getInt64Ty(module.getContext())) {}

llvm::FunctionCallee RuntimeFunctions::declare(llvm::StringRef name, Type* result, llvm::ArrayRef<Type*> parameters) {
  auto callee = module_.getOrInsertFunction(name, llvm::FunctionType::get(result, parameters, /*isVarArg=*/false));
  if (auto* function = llvm::dyn_cast<llvm::Function>(callee.getCallee())) function->setDoesNotThrow();
  return callee;
}

CallInst* RuntimeFunctions::call_entry(IRBuilder<>& builder, llvm::StringRef name, Value* address) {
  auto callee = declare(name, void_, {pointer_});
  auto* function = llvm::cast<llvm::Function>(callee.getCallee());
  function->setCallingConv(llvm::CallingConv::PreserveMost);
  if (is_beside_detector(module_)) {
    function->setDSOLocal(true);
  } else {
    // The dynamic linker's lazy binding preserves less than the convention does.
    function->addFnAttr(Attribute::NonLazyBind);
  }
  CallInst* call = builder.CreateCall(callee, {address});
  call->setCallingConv(llvm::CallingConv::PreserveMost);
  return call;
}

CallInst* RuntimeFunctions::call_access(IRBuilder<>& builder, Value* address, unsigned bytes, bool is_write) {
  CallInst* call =
      call_entry(builder, (Twine(is_write ? "__gorace_write" : "__gorace_read") + Twine(bytes)).str(), address);
  mark_access_call(call);
  return call;
}

CallInst* RuntimeFunctions::call_check(IRBuilder<>& builder, Value* address, unsigned bytes, bool is_write) {
  CallInst* call = call_entry(
      builder, (Twine(is_write ? "__gorace_check_write" : "__gorace_check_read") + Twine(bytes)).str(), address);
  keep_apart(call);
  return call;
}

bool RuntimeFunctions::has_checks(const llvm::Module& module) {
  return llvm::Triple(module.getTargetTriple()).getArch() == llvm::Triple::x86_64;
}

bool RuntimeFunctions::has_check(uint64_t bytes) const {
  return has_checks_ && (bytes == 1 || bytes == 2 || bytes == 4 || (bytes != 0 && bytes <= 64 && bytes % 8 == 0));
}

CallInst* RuntimeFunctions::call_range(IRBuilder<>& builder, Value* address, Value* bytes, bool is_write) {
  auto callee = declare(is_write ? "__gorace_write_range" : "__gorace_read_range", void_, {pointer_, i64_});
  CallInst* call = builder.CreateCall(callee, {address, bytes});
  mark_access_call(call);
  return call;
}

CallInst* RuntimeFunctions::call_vptr_update(IRBuilder<>& builder, Value* address, Value* value) {
  return builder.CreateCall(declare("__tsan_vptr_update", void_, {pointer_, pointer_}), {address, value});
}

CallInst* RuntimeFunctions::call_atomic(IRBuilder<>& builder, unsigned bits, llvm::StringRef operation, Type* result,
                                        llvm::ArrayRef<Value*> arguments) {
  const std::string name = (Twine("__tsan_atomic") + Twine(bits) + "_" + operation).str();
  CallInst* call = builder.CreateCall(declare(name, result, types_of(arguments)), arguments);
  extend_small_integers(call);
  return call;
}

CallInst* RuntimeFunctions::call_thread_fence(IRBuilder<>& builder, Value* order) {
  return builder.CreateCall(declare("__tsan_atomic_thread_fence", void_, {i32_}), {order});
}

CallInst* RuntimeFunctions::call_memory(IRBuilder<>& builder, llvm::StringRef name, Value* destination, Value* operand,
                                        Value* bytes) {
  auto callee = declare((Twine("__tsan_") + name).str(), pointer_, {pointer_, operand->getType(), i64_});
  return builder.CreateCall(callee, {destination, operand, bytes});
}

llvm::FunctionCallee RuntimeFunctions::module_init() { return declare("__gorace_module_init", void_, {i32_, i32_}); }
llvm::FunctionCallee RuntimeFunctions::module_code() {
  return declare("__gorace_module_code", void_, {pointer_, pointer_});
}

bool RuntimeFunctions::is_runtime_function(llvm::StringRef name) {
  return name.starts_with("__gorace_") || name.starts_with("__tsan_") || name.starts_with("gorace.module_ctor");
}

}  // namespace gorace::instrument
