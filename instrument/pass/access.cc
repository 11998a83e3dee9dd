#include "instrument/pass/access.h"

#include "instrument/pass/atomics.h"
#include "instrument/pass/calls.h"
#include "instrument/pass/lane_accesses.h"
#include "llvm/IR/Module.h"

namespace gorace::instrument {

using llvm::cast;
using llvm::dyn_cast;
using llvm::Instruction;
using llvm::isa;
using llvm::Value;

namespace {

class Collector {
 public:
  Collector(llvm::Function& function, FunctionMode mode, const llvm::TargetLibraryInfo& library,
            const QuietCalls& quiet_calls, Statistics& statistics)
      : function_(function),
        layout_(function.getParent()->getDataLayout()),
        checks_accesses_(mode == FunctionMode::kEverything),
        library_(library),
        quiet_calls_(quiet_calls),
        filter_(statistics) {}

  FunctionPlan run() {
    for (llvm::BasicBlock& block : function_) {
      plan_.blocks.emplace_back();
      for (Instruction& instruction : block) visit(instruction);
    }
    return std::move(plan_);
  }

 private:
  void visit(Instruction& instruction) {
    if (is_synchronising_atomic(instruction)) {
      visit_atomic(instruction);
    } else if (auto* load = dyn_cast<llvm::LoadInst>(&instruction)) {
      if (!load->isAtomic()) add(load, load->getPointerOperand(), load->getType(), load->getAlign(), false);
    } else if (auto* store = dyn_cast<llvm::StoreInst>(&instruction)) {
      if (!store->isAtomic()) visit_store(store);
    } else if (auto* memory = dyn_cast<llvm::MemIntrinsic>(&instruction)) {
      visit_memory(memory);
    } else if (auto* intrinsic = dyn_cast<llvm::IntrinsicInst>(&instruction)) {
      if (checks_accesses_ && is_lane_access(*intrinsic, filter_)) plan_.lane_accesses.push_back(intrinsic);
    } else if (auto* call = dyn_cast<llvm::CallBase>(&instruction)) {
      visit_call(call);
    }
  }

  void visit_atomic(Instruction& instruction) {
    plan_.atomics.push_back(&instruction);
    const auto order = strongest_order(instruction);
    Step step;
    step.may_acquire = llvm::isAcquireOrStronger(order);
    step.may_release = llvm::isReleaseOrStronger(order);
    if (step.may_acquire || step.may_release) steps().push_back(step);
  }

  void visit_store(llvm::StoreInst* store) {
    if (is_vptr_access(*store)) {
      if (checks_accesses_ && filter_.needs_check(*store, store->getPointerOperand(), true)) {
        plan_.vptr_updates.push_back(store);
      }
      return;
    }
    add(store, store->getPointerOperand(), store->getValueOperand()->getType(), store->getAlign(), true);
  }

  void visit_memory(llvm::MemIntrinsic* memory) {
    if (!checks_accesses_) return;
    auto* transfer = dyn_cast<llvm::MemTransferInst>(memory);
    const auto* length = dyn_cast<llvm::ConstantInt>(memory->getLength());
    // llvm.mem*.inline must not become a call whatever its size, which is a constant.
    const bool must_stay = isa<llvm::MemCpyInlineInst>(memory) || isa<llvm::MemSetInlineInst>(memory);
    if (length != nullptr && (must_stay || length->getZExtValue() <= kInlineCopyBytes)) {
      const uint64_t bytes = length->getZExtValue();
      if (transfer != nullptr)
        add(memory, transfer->getSource(), bytes, transfer->getSourceAlign().valueOrOne(), false);
      add(memory, memory->getDest(), bytes, memory->getDestAlign().valueOrOne(), true);
      return;
    }
    const bool writes = filter_.needs_check(*memory, memory->getDest(), true);
    const bool reads = transfer != nullptr && filter_.needs_check(*memory, transfer->getSource(), false);
    if (writes || reads) plan_.memory_calls.push_back(memory);
  }

  void visit_call(llvm::CallBase* call) {
    add_by_value_arguments(call);
    const bool is_detector = is_detector_call(*call);
    if (!is_detector && !is_program_call(*call, library_)) return;
    Step step;
    step.may_acquire = step.may_release = is_detector || !quiet_calls_.is_quiet(*call);
    step.may_not_return = !call->doesNotThrow() || !call->hasFnAttr(llvm::Attribute::WillReturn);
    steps().push_back(step);
  }

  // The caller of a function with by-value arguments in memory reads them, to copy them into the callee's frame.
  void add_by_value_arguments(llvm::CallBase* call) {
    for (unsigned i = 0; i < call->arg_size(); ++i) {
      if (!call->isByValArgument(i)) continue;
      add(call, call->getArgOperand(i), call->getParamByValType(i), call->getParamAlign(i).valueOrOne(), false);
    }
  }

  void add(Instruction* instruction, Value* address, llvm::Type* type, llvm::Align alignment, bool is_write) {
    const llvm::TypeSize size = layout_.getTypeStoreSize(type);
    add(instruction, address, size.getKnownMinValue(), alignment, is_write, size.isScalable());
  }

  void add(Instruction* instruction, Value* address, uint64_t bytes, llvm::Align alignment, bool is_write,
           bool is_scalable = false) {
    if (!checks_accesses_ || bytes == 0 || !filter_.needs_check(*instruction, address, is_write)) return;
    Step step;
    step.access = static_cast<int>(plan_.accesses.size());
    plan_.accesses.push_back({instruction, address, bytes, alignment, is_write, is_scalable});
    steps().push_back(step);
  }

  std::vector<Step>& steps() { return plan_.blocks.back(); }

  llvm::Function& function_;
  const llvm::DataLayout& layout_;
  const bool checks_accesses_;
  const llvm::TargetLibraryInfo& library_;
  const QuietCalls& quiet_calls_;
  AccessFilter filter_;
  FunctionPlan plan_;
};

}  // namespace

FunctionPlan collect(llvm::Function& function, FunctionMode mode, const llvm::TargetLibraryInfo& library,
                     const QuietCalls& quiet_calls, Statistics& statistics) {
  return Collector(function, mode, library, quiet_calls, statistics).run();
}

}  // namespace gorace::instrument
