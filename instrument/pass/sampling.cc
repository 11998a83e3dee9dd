#include "instrument/pass/sampling.h"

#include "instrument/pass/atomics.h"
#include "instrument/pass/emission.h"
#include "instrument/pass/runtime_functions.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

namespace gorace::instrument {

using llvm::GlobalVariable;
using llvm::Instruction;
using llvm::Value;

namespace {

constexpr const char kOff[] = "__gorace_sampling_off";

GlobalVariable* declare_off(llvm::Module& module) {
  auto* off = llvm::cast<GlobalVariable>(module.getOrInsertGlobal(kOff, llvm::Type::getInt8Ty(module.getContext())));
  if (is_beside_detector(module)) off->setDSOLocal(true);
  return off;
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

Instruction* SamplingGuard::open(Instruction* before, const Instruction& access) {
  if (module_ == nullptr || has_calls_only()) return before;
  Emitter builder(before, access);
  llvm::MDNode* unlikely = llvm::MDBuilder(function_.getContext()).createBranchWeights(1, 99);
  Instruction* end = llvm::SplitBlockAndInsertIfThen(is_open(builder), before, /*Unreachable=*/false, unlikely);
  mark_covered(end);
  return end;
}

void SamplingGuard::add(llvm::CallInst* check) {
  if (has_calls_only()) calls_.push_back({check, /*is_check=*/true});
}

std::vector<llvm::CallInst*> SamplingGuard::finish(const llvm::TargetLibraryInfo& library,
                                                   const QuietCalls& quiet_calls) {
  std::vector<WatchedCall> watched = make_watched_copies(
      function_, calls_, library, quiet_calls, [this](llvm::IRBuilder<>& builder) { return is_open(builder); });
  llvm::MDNode* unlikely = llvm::MDBuilder(function_.getContext()).createBranchWeights(1, 99);
  for (const WatchedCall& alone : calls_) {
    if (alone.is_check) {
      Emitter builder(alone.call);
      Instruction* end = llvm::SplitBlockAndInsertIfThen(is_open(builder), alone.call, /*Unreachable=*/false, unlikely);
      alone.call->moveBefore(end);
    } else {
      keep_plain(alone.call);
    }
    watched.push_back(alone);
  }
  calls_.clear();

  std::vector<llvm::CallInst*> program_calls;
  llvm::SmallPtrSet<llvm::BasicBlock*, 16> marked;
  for (const WatchedCall& call : watched) {
    if (marked.insert(call.call->getParent()).second) mark_covered(call.call);
    if (!call.is_check) program_calls.push_back(call.call);
  }
  return program_calls;
}

void SamplingGuard::mark_covered(Instruction* before) {
  if (!has_checks_) {
    has_checks_ = true;
    index_ = module_->functions_++;
  }
  Emitter builder(before);
  mark_own(builder.CreateStore(builder.getInt8(1),
                               builder.CreateConstGEP1_64(builder.getInt8Ty(), module_->covered_, index_)));
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

}  // namespace gorace::instrument
