#include "instrument/pass/atomics.h"

#include "instrument/pass/emission.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/LowerAtomic.h"

namespace gorace::instrument {

using llvm::AtomicOrdering;
using llvm::AtomicRMWInst;
using llvm::cast;
using llvm::dyn_cast;
using llvm::Instruction;
using llvm::IRBuilder;
using llvm::isa;
using llvm::StringRef;
using llvm::Type;
using llvm::Value;

namespace {

struct Operand {
  const Value* address;
  Type* type;
  llvm::Align alignment;
};

Operand operand_of(const Instruction& instruction) {
  if (auto* load = dyn_cast<llvm::LoadInst>(&instruction)) {
    return {load->getPointerOperand(), load->getType(), load->getAlign()};
  }
  if (auto* store = dyn_cast<llvm::StoreInst>(&instruction)) {
    return {store->getPointerOperand(), store->getValueOperand()->getType(), store->getAlign()};
  }
  if (auto* rmw = dyn_cast<AtomicRMWInst>(&instruction)) {
    return {rmw->getPointerOperand(), rmw->getValOperand()->getType(), rmw->getAlign()};
  }
  auto* exchange = cast<llvm::AtomicCmpXchgInst>(&instruction);
  return {exchange->getPointerOperand(), exchange->getNewValOperand()->getType(), exchange->getAlign()};
}

uint64_t bytes_of(const Instruction& instruction, Type* type) {
  return instruction.getModule()->getDataLayout().getTypeStoreSize(type).getFixedValue();
}

const char* fetch_name(AtomicRMWInst::BinOp operation) {
  switch (operation) {
    case AtomicRMWInst::Xchg:
      return "exchange";
    case AtomicRMWInst::Add:
      return "fetch_add";
    case AtomicRMWInst::Sub:
      return "fetch_sub";
    case AtomicRMWInst::And:
      return "fetch_and";
    case AtomicRMWInst::Or:
      return "fetch_or";
    case AtomicRMWInst::Xor:
      return "fetch_xor";
    case AtomicRMWInst::Nand:
      return "fetch_nand";
    default:
      return nullptr;  // has no function: done by compare-exchange
  }
}

// Replacer works on one operation. The ABI's values are integers: pointers, floating-point numbers and vectors are
// converted.
class Replacer {
 public:
  Replacer(Instruction* instruction, RuntimeFunctions& runtime)
      : instruction_(instruction), runtime_(runtime), builder_(instruction) {
    if (isa<llvm::FenceInst>(instruction)) return;
    const Operand operand = operand_of(*instruction);
    address_ = const_cast<Value*>(operand.address);
    type_ = operand.type;
    bits_ = 8 * bytes_of(*instruction, type_);
    integer_ = builder_.getIntNTy(bits_);
  }

  void run() {
    if (auto* fence = dyn_cast<llvm::FenceInst>(instruction_)) {
      runtime_.call_thread_fence(builder_, order_number(builder_, fence->getOrdering()));
      instruction_->eraseFromParent();
    } else if (auto* load = dyn_cast<llvm::LoadInst>(instruction_)) {
      replace_by(from_integer(call("load", integer_, {address_, order(load->getOrdering())})));
    } else if (auto* store = dyn_cast<llvm::StoreInst>(instruction_)) {
      Value* value = to_integer(store->getValueOperand());
      call("store", builder_.getVoidTy(), {address_, value, order(store->getOrdering())});
      instruction_->eraseFromParent();
    } else if (auto* rmw = dyn_cast<AtomicRMWInst>(instruction_)) {
      replace_rmw(rmw);
    } else {
      replace_exchange(cast<llvm::AtomicCmpXchgInst>(instruction_));
    }
  }

 private:
  llvm::CallInst* call(StringRef operation, Type* result, llvm::ArrayRef<Value*> arguments) {
    return runtime_.call_atomic(builder_, bits_, operation, result, arguments);
  }
  Value* order(AtomicOrdering order) { return order_number(builder_, order); }

  Value* to_integer(Value* value) { return builder_.CreateBitOrPointerCast(value, integer_); }
  Value* from_integer(Value* value) { return builder_.CreateBitOrPointerCast(value, type_); }

  void replace_by(Value* value) {
    instruction_->replaceAllUsesWith(value);
    value->takeName(instruction_);
    instruction_->eraseFromParent();
  }

  llvm::CallInst* call_exchange(Value* expected, Value* desired, AtomicOrdering success, AtomicOrdering failure) {
    return call("compare_exchange_val", integer_, {address_, expected, desired, order(success), order(failure)});
  }

  // The result is { old value, succeeded }. A weak exchange is done as a strong one.
  void replace_exchange(llvm::AtomicCmpXchgInst* exchange) {
    Value* expected = to_integer(exchange->getCompareOperand());
    Value* desired = to_integer(exchange->getNewValOperand());
    Value* old = call_exchange(expected, desired, exchange->getSuccessOrdering(), exchange->getFailureOrdering());
    Value* succeeded = builder_.CreateICmpEQ(old, expected);
    Value* result = builder_.CreateInsertValue(llvm::PoisonValue::get(exchange->getType()), from_integer(old), 0);
    replace_by(builder_.CreateInsertValue(result, succeeded, 1));
  }

  void replace_rmw(AtomicRMWInst* rmw) {
    if (const char* name = fetch_name(rmw->getOperation())) {
      Value* operand = to_integer(rmw->getValOperand());
      replace_by(from_integer(call(name, integer_, {address_, operand, order(rmw->getOrdering())})));
    } else {
      replace_by_loop(rmw);
    }
  }

  // max, min, floating-point and wrapping operations, and what later versions of LLVM add: a compare-exchange loop.
  //   head: first = load relaxed           loop: old = phi(first, seen); new = old <op> operand
  //                                              seen = compare_exchange(old, new); seen == old ? tail : loop
  void replace_by_loop(AtomicRMWInst* rmw) {
    llvm::BasicBlock* head = rmw->getParent();
    llvm::BasicBlock* tail = llvm::SplitBlock(head, rmw);
    auto* loop = llvm::BasicBlock::Create(rmw->getContext(), "gorace.rmw", head->getParent(), tail);
    head->getTerminator()->setSuccessor(0, loop);

    builder_.SetInsertPoint(head->getTerminator());
    Value* first = call("load", integer_, {address_, order(AtomicOrdering::Monotonic)});

    builder_.SetInsertPoint(loop);
    llvm::PHINode* old = builder_.CreatePHI(integer_, 2);
    Value* desired =
        to_integer(llvm::buildAtomicRMWValue(rmw->getOperation(), builder_, from_integer(old), rmw->getValOperand()));
    const AtomicOrdering failure = llvm::AtomicCmpXchgInst::getStrongestFailureOrdering(rmw->getOrdering());
    Value* seen = call_exchange(old, desired, rmw->getOrdering(), failure);
    builder_.CreateCondBr(builder_.CreateICmpEQ(seen, old), tail, loop);
    old->addIncoming(first, head);
    old->addIncoming(seen, loop);

    builder_.SetInsertPoint(rmw);
    replace_by(from_integer(seen));
  }

  Instruction* const instruction_;
  RuntimeFunctions& runtime_;
  Emitter builder_;
  Value* address_ = nullptr;
  Type* type_ = nullptr;
  unsigned bits_ = 0;
  Type* integer_ = nullptr;
};

}  // namespace

// The numbers of compiler-rt's morder. LLVM has no consume (1); unordered, weaker than relaxed, is not of C++.
llvm::ConstantInt* order_number(IRBuilder<>& builder, AtomicOrdering order) {
  switch (order) {
    case AtomicOrdering::NotAtomic:
    case AtomicOrdering::Unordered:
    case AtomicOrdering::Monotonic:
      return builder.getInt32(0);
    case AtomicOrdering::Acquire:
      return builder.getInt32(2);
    case AtomicOrdering::Release:
      return builder.getInt32(3);
    case AtomicOrdering::AcquireRelease:
      return builder.getInt32(4);
    case AtomicOrdering::SequentiallyConsistent:
      return builder.getInt32(5);
  }
  llvm_unreachable("no such atomic ordering");
}

bool is_synchronising_atomic(const Instruction& instruction) {
  if (!instruction.isAtomic()) return false;
  const auto scope = llvm::getAtomicSyncScopeID(&instruction);
  if (!scope || *scope == llvm::SyncScope::SingleThread) return false;
  if (isa<llvm::FenceInst>(instruction)) return true;
  const Operand operand = operand_of(instruction);
  if (operand.address->getType()->getPointerAddressSpace() != 0) return false;
  const uint64_t bytes = bytes_of(instruction, operand.type);
  return llvm::isPowerOf2_64(bytes) && bytes <= 16 && operand.alignment >= llvm::Align(bytes);
}

AtomicOrdering strongest_order(const Instruction& instruction) {
  if (auto* load = dyn_cast<llvm::LoadInst>(&instruction)) return load->getOrdering();
  if (auto* store = dyn_cast<llvm::StoreInst>(&instruction)) return store->getOrdering();
  if (auto* fence = dyn_cast<llvm::FenceInst>(&instruction)) return fence->getOrdering();
  if (auto* rmw = dyn_cast<AtomicRMWInst>(&instruction)) return rmw->getOrdering();
  return cast<llvm::AtomicCmpXchgInst>(instruction).getMergedOrdering();
}

const Value* atomic_address(const Instruction& instruction) {
  return isa<llvm::FenceInst>(instruction) ? nullptr : operand_of(instruction).address;
}

void replace_atomic(Instruction* instruction, RuntimeFunctions& runtime) { Replacer(instruction, runtime).run(); }

}  // namespace gorace::instrument
