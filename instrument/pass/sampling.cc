#include "instrument/pass/sampling.h"

#include "instrument/pass/atomics.h"
#include "instrument/pass/emission.h"
#include "instrument/pass/runtime_functions.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/SimpleLoopUnswitch.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

namespace gorace::instrument {

using llvm::GlobalVariable;
using llvm::Instruction;
using llvm::Loop;
using llvm::Value;

namespace {

constexpr const char kOff[] = "__gorace_sampling_off";

GlobalVariable* declare_off(llvm::Module& module) {
  auto* off = llvm::cast<GlobalVariable>(module.getOrInsertGlobal(kOff, llvm::Type::getInt8Ty(module.getContext())));
  if (is_beside_detector(module)) off->setDSOLocal(true);
  return off;
}

// Nothing within can take long or wait: then a decision may hold for all of the loop.
bool has_calls(const Loop& loop) {
  for (const llvm::BasicBlock* block : loop.blocks()) {
    for (const Instruction& instruction : *block) {
      if (llvm::isa<llvm::CallBase>(instruction) && !llvm::isa<llvm::IntrinsicInst>(instruction)) return true;
      if (instruction.isAtomic()) return true;
    }
  }
  return false;
}

}  // namespace

SampledModule::SampledModule(llvm::Module& module)
    : module_(module),
      off_(declare_off(module)),
      covered_(new GlobalVariable(module, llvm::Type::getInt8Ty(module.getContext()), /*isConstant=*/false,
                                  GlobalVariable::ExternalLinkage, nullptr, "gorace.covered.unsized")) {}

void SampledModule::finish(uint32_t parts_per_million) {
  auto* type = llvm::ArrayType::get(llvm::Type::getInt8Ty(module_.getContext()), functions_);
  auto* covered = new GlobalVariable(module_, type, /*isConstant=*/false, GlobalVariable::InternalLinkage,
                                     llvm::Constant::getNullValue(type), "gorace.covered");
  covered_->replaceAllUsesWith(covered);
  covered_->eraseFromParent();

  llvm::Function* constructor = llvm::createSanitizerCtor(module_, "gorace.sampling_ctor");
  llvm::IRBuilder<> builder(constructor->getEntryBlock().getTerminator());
  llvm::Type* i32 = builder.getInt32Ty();
  auto* start_type =
      llvm::FunctionType::get(builder.getVoidTy(), {i32, builder.getPtrTy(), builder.getInt64Ty()}, false);
  builder.CreateCall(module_.getOrInsertFunction("__gorace_sampling_start", start_type),
                     {builder.getInt32(parts_per_million), covered, builder.getInt64(functions_)});
  llvm::Function* destructor = llvm::createSanitizerCtor(module_, "gorace.sampling_dtor");
  llvm::IRBuilder<> at_end(destructor->getEntryBlock().getTerminator());
  auto* stop_type = llvm::FunctionType::get(builder.getVoidTy(), {builder.getPtrTy()}, false);
  at_end.CreateCall(module_.getOrInsertFunction("__gorace_sampling_stop", stop_type), {covered});
  llvm::appendToGlobalDtors(module_, destructor, /*Priority=*/1);
  // Behind gorace.module_ctor, which starts the detector.
  llvm::appendToGlobalCtors(module_, constructor, /*Priority=*/1);
}

SamplingGuard::SamplingGuard(llvm::Function& function, SampledModule* module) : function_(function), module_(module) {}

void SamplingGuard::hoist(const FunctionPlan& plan, llvm::LoopInfo& loops) {
  if (module_ == nullptr) return;
  llvm::DenseMap<const Loop*, Value*> windows;
  for (const Access& access : plan.accesses) {
    const Loop* loop = loops.getLoopFor(access.instruction->getParent());
    if (access.is_eliminated || loop == nullptr || !loop->isInnermost() || loop->getLoopPreheader() == nullptr)
      continue;
    auto [found, is_new] = windows.try_emplace(loop, nullptr);
    if (is_new && !has_calls(*loop)) {
      llvm::IRBuilder<> builder(loop->getLoopPreheader()->getTerminator());
      found->second = is_open(builder);
    }
    if (found->second != nullptr) hoisted_[access.instruction] = found->second;
  }
}

Instruction* SamplingGuard::open(Instruction* before, const Instruction& access) {
  if (module_ == nullptr) return before;
  if (!has_checks_) {
    has_checks_ = true;
    index_ = module_->functions_++;
  }
  Emitter builder(before, access);
  const auto hoisted = hoisted_.find(&access);
  Value* is_in_window = hoisted != hoisted_.end() && before == &access ? hoisted->second : is_open(builder);
  llvm::MDNode* unlikely = llvm::MDBuilder(function_.getContext()).createBranchWeights(1, 99);
  Instruction* end = llvm::SplitBlockAndInsertIfThen(is_in_window, before, /*Unreachable=*/false, unlikely);
  Emitter inside(end, access);
  mark_own(
      inside.CreateStore(inside.getInt8(1), inside.CreateConstGEP1_64(inside.getInt8Ty(), module_->covered_, index_)));
  return end;
}

void SamplingGuard::keep_plain(Instruction* operation) {
  if (module_ == nullptr) return;
  Emitter builder(operation);
  Value* is_in_window = is_open(builder);
  llvm::MDNode* unlikely = llvm::MDBuilder(function_.getContext()).createBranchWeights(1, 99);
  Instruction* checked = nullptr;
  Instruction* plain = nullptr;
  llvm::SplitBlockAndInsertIfThenElse(is_in_window, operation, &checked, &plain, unlikely);
  llvm::BasicBlock* tail = operation->getParent();
  operation->moveBefore(checked);
  Instruction* copy = operation->clone();
  copy->insertBefore(plain);
  if (!operation->getType()->isVoidTy()) {
    llvm::PHINode* result = llvm::PHINode::Create(operation->getType(), 2, "", &tail->front());
    operation->replaceAllUsesWith(result);
    result->addIncoming(operation, checked->getParent());
    result->addIncoming(copy, plain->getParent());
  }
  if (is_synchronising_atomic(*copy) && !llvm::isa<llvm::StoreInst>(copy)) catch_up(*copy, plain);
}

void SamplingGuard::catch_up(const Instruction& atomic, Instruction* before) {
  const Value* address = atomic_address(atomic);
  if (address == nullptr) return;  // a fence
  Emitter builder(before, atomic);
  // The look comes after the operation. The processor keeps that order by itself but for a relaxed one of aarch64's.
  const bool needs_fence = strongest_order(atomic) == llvm::AtomicOrdering::Monotonic &&
                           !llvm::Triple(module_->module_.getTargetTriple()).isX86();
  builder.CreateFence(llvm::AtomicOrdering::Acquire,
                      needs_fence ? llvm::SyncScope::System : llvm::SyncScope::SingleThread);
  llvm::MDNode* unlikely = llvm::MDBuilder(function_.getContext()).createBranchWeights(1, 9999);
  Emitter inside(llvm::SplitBlockAndInsertIfThen(is_open(builder), before, /*Unreachable=*/false, unlikely), atomic);
  auto callee = module_->module_.getOrInsertFunction("__gorace_sampling_catch_up", inside.getVoidTy(),
                                                     inside.getPtrTy(), inside.getInt32Ty());
  inside.CreateCall(callee, {const_cast<Value*>(address), order_number(inside, strongest_order(atomic))});
}

Value* SamplingGuard::is_open(llvm::IRBuilder<>& builder) {
  llvm::LoadInst* byte = builder.CreateLoad(builder.getInt8Ty(), module_->off_);
  // Relaxed: it changes while the program runs, and nothing hangs on when that is seen.
  byte->setAtomic(llvm::AtomicOrdering::Monotonic);
  byte->setAlignment(llvm::Align(1));
  mark_own(byte);
  return builder.CreateIsNull(byte);
}

void add_loop_unswitching(llvm::ModulePassManager& passes) {
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(
      llvm::createFunctionToLoopPassAdaptor(llvm::SimpleLoopUnswitchPass(/*NonTrivial=*/true))));
}

}  // namespace gorace::instrument
