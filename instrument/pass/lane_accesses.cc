#include "instrument/pass/lane_accesses.h"

#include "instrument/pass/compat.h"
#include "instrument/pass/emission.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

namespace gorace::instrument {

using llvm::Instruction;
namespace Intrinsic = llvm::Intrinsic;
using llvm::IntrinsicInst;
using llvm::IRBuilder;
using llvm::Value;

namespace {

// LaneAccess: the intrinsics in one form. `address` is a pointer, or a vector of them (gather, scatter).
struct LaneAccess {
  Value* address;
  Value* mask;
  llvm::VectorType* type;  // of the data
  llvm::Align alignment;
  bool is_write;
  bool is_packed;  // expandload, compressstore
};

LaneAccess describe(const IntrinsicInst& call) {
  const bool is_write = call.getType()->isVoidTy();
  auto* type = llvm::cast<llvm::VectorType>(is_write ? call.getArgOperand(0)->getType() : call.getType());
  const unsigned index = is_write ? 1 : 0;
  Value* address = call.getArgOperand(index);
  switch (call.getIntrinsicID()) {
    case Intrinsic::masked_expandload:
    case Intrinsic::masked_compressstore:
      return {address, call.getArgOperand(index + 1), type, call.getParamAlign(index).valueOrOne(), is_write, true};
    default: {
      const MaskedOperands operands = masked_operands(call, index);
      return {address, operands.mask, type, operands.alignment, is_write, false};
    }
  }
}

class LaneChecker {
 public:
  LaneChecker(IntrinsicInst* intrinsic, CheckEmitter& checks, Statistics& statistics)
      : intrinsic_(intrinsic),
        lanes_(describe(*intrinsic)),
        element_bytes_(intrinsic->getModule()->getDataLayout().getTypeStoreSize(lanes_.type->getElementType())),
        checks_(checks),
        statistics_(statistics) {}

  void run() {
    if (lanes_.is_packed) return check_packed();
    auto* constant = llvm::dyn_cast<llvm::Constant>(lanes_.mask);
    if (constant != nullptr && constant->isAllOnesValue() && !lanes_.address->getType()->isVectorTy())
      return check_whole();
    check_each_lane();
  }

 private:
  void check_whole() {
    const auto count = lanes_.type->getElementCount();
    checks_.emit({intrinsic_, lanes_.address, element_bytes_ * count.getKnownMinValue(), lanes_.alignment,
                  lanes_.is_write, count.isScalable()});
  }

  void check_packed() {
    Emitter builder(intrinsic_);
    auto* bits = llvm::cast<llvm::VectorType>(lanes_.mask->getType())->getWithNewType(builder.getInt64Ty());
    Value* active = builder.CreateAddReduce(builder.CreateZExt(lanes_.mask, bits));
    checks_.emit_range(lanes_.address, builder.CreateMul(active, builder.getInt64(element_bytes_)), lanes_.is_write,
                       intrinsic_, *intrinsic_);
  }

  void check_each_lane() {
    const auto count = lanes_.type->getElementCount();
    auto* index_type = llvm::Type::getInt64Ty(intrinsic_->getContext());
#if LLVM_VERSION_MAJOR >= 17
    split_for_each_lane(
        count, index_type, static_cast<Instruction*>(intrinsic_),
        [this](llvm::IRBuilderBase& builder, Value* index) { check_lane(&*builder.GetInsertPoint(), index); });
#else
    if (count.isScalable()) return;
    for (uint64_t i = 0; i < count.getFixedValue(); ++i) check_lane(intrinsic_, llvm::ConstantInt::get(index_type, i));
#endif
  }

  void check_lane(Instruction* before, Value* index) {
    Emitter builder(before, *intrinsic_);
    Value* active = builder.CreateExtractElement(lanes_.mask, index);
    if (auto* constant = llvm::dyn_cast<llvm::ConstantInt>(active)) {
      if (constant->isZero()) return;
    } else {
      before = llvm::SplitBlockAndInsertIfThen(active, before, /*Unreachable=*/false);
      builder.SetInsertPoint(before);
    }
    before->setDebugLoc(location_of(*intrinsic_));
    ++statistics_.lane_checks;
    checks_.emit({intrinsic_, lane_address(builder, index), element_bytes_, lane_alignment(), lanes_.is_write}, before);
  }

  Value* lane_address(IRBuilder<>& builder, Value* index) {
    if (lanes_.address->getType()->isVectorTy()) return builder.CreateExtractElement(lanes_.address, index);
    return builder.CreateInBoundsGEP(lanes_.type->getElementType(), lanes_.address, index);
  }

  llvm::Align lane_alignment() const {
    return lanes_.address->getType()->isVectorTy() ? lanes_.alignment
                                                   : llvm::commonAlignment(lanes_.alignment, element_bytes_);
  }

  IntrinsicInst* const intrinsic_;
  const LaneAccess lanes_;
  const uint64_t element_bytes_;
  CheckEmitter& checks_;
  Statistics& statistics_;
};

}  // namespace

bool is_lane_access(const IntrinsicInst& intrinsic, AccessFilter& filter) {
  switch (intrinsic.getIntrinsicID()) {
    case Intrinsic::masked_load:
    case Intrinsic::masked_store:
    case Intrinsic::masked_gather:
    case Intrinsic::masked_scatter:
    case Intrinsic::masked_expandload:
    case Intrinsic::masked_compressstore: {
      const LaneAccess lanes = describe(intrinsic);
      if (lanes.address->getType()->isVectorTy()) return lanes.address->getType()->getPointerAddressSpace() == 0;
      return filter.needs_check(intrinsic, lanes.address, lanes.is_write);
    }
    default:
      return false;
  }
}

void check_lane_access(IntrinsicInst* intrinsic, CheckEmitter& checks, Statistics& statistics) {
  LaneChecker(intrinsic, checks, statistics).run();
}

}  // namespace gorace::instrument
