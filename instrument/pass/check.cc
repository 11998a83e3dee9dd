#include "instrument/pass/check.h"

#include "detector/abi/abi.h"
#include "instrument/pass/compat.h"
#include "instrument/pass/emission.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

namespace gorace::instrument {

using llvm::IRBuilder;
using llvm::Value;

namespace {

constexpr uint64_t kGranuleBytes = 8;
constexpr uint64_t kGranuleShadowBytes = 16;
constexpr uint64_t kReadWordOffset = 8;
constexpr uint64_t kMaxInlineBytes = 64;

// ((a & GORACE_APP_MASK) << 1) as two shifts: no 64-bit constant, and nothing else for an address at a granule's start.
constexpr unsigned kShadowLeft = 20;
constexpr unsigned kShadowRight = 19;
static_assert(GORACE_APP_MASK == ~0ul >> kShadowLeft);

}  // namespace

struct CheckEmitter::Shape {
  enum Kind { kOneGranule, kWholeGranules, kRange } kind;
  // Address bits to test at run time, all zero in an address of this shape; 0: nothing to test.
  uint64_t tested_bits = 0;
  // Of kOneGranule: bits that are zero in the offset in the granule, and the offset when it is known at compile time.
  uint64_t zero_bits = 0;
  bool is_offset_known = false;
  unsigned offset = 0;
};

CheckEmitter::CheckEmitter(llvm::Function& function, RuntimeFunctions& runtime, ThreadWords& words,
                           SamplingGuard& sampling, Statistics& statistics)
    : function_(function),
      runtime_(runtime),
      words_(words),
      sampling_(sampling),
      statistics_(statistics),
      unlikely_(llvm::MDBuilder(function.getContext()).createBranchWeights(1, (1u << 20) - 1)) {}

CheckEmitter::Shape CheckEmitter::shape_of(const Access& access, const llvm::Instruction* before) const {
  if (access.is_scalable || access.bytes > kMaxInlineBytes) return {Shape::kRange};
  llvm::KnownBits known = known_bits(access.address, function_.getParent()->getDataLayout(), before);
  known.Zero.setLowBits(llvm::Log2(access.alignment));
  known.One.clearLowBits(llvm::Log2(access.alignment));

  const uint64_t low_zero = known.Zero.extractBitsAsZExtValue(3, 0);
  const uint64_t low_known = low_zero | known.One.extractBitsAsZExtValue(3, 0);
  if (access.bytes < kGranuleBytes && llvm::isPowerOf2_64(access.bytes)) {
    Shape shape{Shape::kOneGranule};
    shape.tested_bits = (access.bytes - 1) & ~low_zero;
    shape.zero_bits = low_zero;
    shape.is_offset_known = low_known == kGranuleBytes - 1;
    shape.offset = known.One.extractBitsAsZExtValue(3, 0);
    // Known to be misaligned, as in a packed structure: in one granule it may still be.
    if (shape.is_offset_known && shape.offset + access.bytes <= kGranuleBytes) shape.tested_bits = 0;
    if (shape.is_offset_known && shape.offset + access.bytes > kGranuleBytes) return {Shape::kRange};
    return shape;
  }
  // Odd sizes (3, 5, 6, 7 bytes) and wider ones are taken to start at a granule, as objects of such a size do.
  if ((known.One.extractBitsAsZExtValue(3, 0)) != 0) return {Shape::kRange};
  Shape shape{Shape::kWholeGranules};
  shape.tested_bits = (kGranuleBytes - 1) & ~low_zero;
  return shape;
}

void CheckEmitter::emit(const Access& access, llvm::Instruction* before) {
  const bool can_call = !access.is_scalable && runtime_.has_check(access.bytes);
  if (can_call && (!access.is_hot || sampling_.has_calls_only())) return emit_call(access, before);
  if (sampling_.has_calls_only()) return emit_range_call(access, before);
  const Shape shape = shape_of(access, before);
  if (shape.kind == Shape::kRange) return emit_range_call(access, before);
  ++statistics_.inline_checks;
  before = sampling_.open(before, *access.instruction);

  Emitter builder(before, *access.instruction);
  Value* address = builder.CreatePtrToInt(access.address, builder.getInt64Ty());
  Value* difference = shape.kind == Shape::kOneGranule ? one_granule(builder, address, access, shape)
                                                       : whole_granules(builder, address, access);
  if (Value* misaligned = misaligned_bits(builder, address, shape))
    difference = builder.CreateOr(difference, misaligned);

  Value* needs_call = builder.CreateIsNotNull(difference);
  Emitter cold(llvm::SplitBlockAndInsertIfThen(needs_call, before, /*Unreachable=*/false, unlikely_),
               *access.instruction);
  if (shape.tested_bits == 0 && llvm::isPowerOf2_64(access.bytes) && access.bytes <= 16) {
    runtime_.call_access(cold, access.address, access.bytes, access.is_write);
  } else if (can_call) {
    // Shorter than a range, and knows what to do with an address that is not aligned.
    runtime_.call_check(cold, access.address, access.bytes, access.is_write)->addFnAttr(llvm::Attribute::Cold);
  } else {
    runtime_.call_range(cold, access.address, cold.getInt64(access.bytes), access.is_write);
  }
}

void CheckEmitter::emit_call(const Access& access, llvm::Instruction* before) {
  ++statistics_.called_checks;
  Emitter builder(sampling_.open(before, *access.instruction), *access.instruction);
  sampling_.add(runtime_.call_check(builder, access.address, access.bytes, access.is_write));
}

void CheckEmitter::emit_range_call(const Access& access, llvm::Instruction* before) {
  Emitter builder(before, *access.instruction);
  Value* bytes = builder.getInt64(access.bytes);
  if (access.is_scalable) bytes = builder.CreateVScale(llvm::cast<llvm::ConstantInt>(bytes));
  emit_range(access.address, bytes, access.is_write, before, *access.instruction);
}

void CheckEmitter::emit_range(Value* address, Value* bytes, bool is_write, llvm::Instruction* before,
                              const llvm::Instruction& access) {
  ++statistics_.range_calls;
  Emitter builder(sampling_.open(before, access), access);
  sampling_.add(runtime_.call_range(builder, address, bytes, is_write));
}

Value* CheckEmitter::misaligned_bits(IRBuilder<>& builder, Value* address, const Shape& shape) {
  return shape.tested_bits == 0 ? nullptr : builder.CreateAnd(address, builder.getInt64(shape.tested_bits));
}

Value* CheckEmitter::one_granule(IRBuilder<>& builder, Value* address, const Access& access, const Shape& shape) {
  const uint64_t bytes_mask = (uint64_t{1} << access.bytes) - 1;
  const bool at_start = shape.is_offset_known && shape.offset == 0;
  Value* bits = difference(builder, shadow_word(builder, address, access.is_write, at_start), 0);
  // The identity part of the mask is a sign-extended 32-bit constant, which instructions can hold.
  if (shape.is_offset_known)
    return builder.CreateAnd(bits, builder.getInt64(GORACE_IDENTITY_MASK | bytes_mask << shape.offset));
  Value* offset = builder.CreateAnd(address, builder.getInt64((kGranuleBytes - 1) & ~shape.zero_bits));
  return builder.CreateAnd(bits, words_.load_access_mask(builder, access.bytes, offset));
}

Value* CheckEmitter::whole_granules(IRBuilder<>& builder, Value* address, const Access& access) {
  Value* word = shadow_word(builder, address, access.is_write, /*is_granule_start=*/true);
  const unsigned whole = access.bytes / kGranuleBytes;
  Value* bits = nullptr;
  for (unsigned granule = 0; granule < whole; ++granule) {
    Value* one = difference(builder, word, granule);
    bits = bits == nullptr ? one : builder.CreateOr(bits, one);
  }
  if (bits != nullptr) bits = builder.CreateAnd(bits, builder.getInt64(GORACE_IDENTITY_MASK | GORACE_BYTE_MASK));
  if (const unsigned rest = access.bytes % kGranuleBytes) {
    const uint64_t mask = GORACE_IDENTITY_MASK | ((uint64_t{1} << rest) - 1);
    Value* last = builder.CreateAnd(difference(builder, word, whole), builder.getInt64(mask));
    bits = bits == nullptr ? last : builder.CreateOr(bits, last);
  }
  return bits;
}

// shadow_word returns the address of the word for this direction.
Value* CheckEmitter::shadow_word(IRBuilder<>& builder, Value* address, bool is_write, bool is_granule_start) {
  Value* shadow = builder.CreateLShr(builder.CreateShl(address, kShadowLeft), kShadowRight);
  if (!is_granule_start) shadow = builder.CreateAnd(shadow, builder.getInt64(~(kGranuleShadowBytes - 1)));
  shadow = builder.CreateAdd(shadow, builder.getInt64(GORACE_SHADOW_BASE + (is_write ? 0 : kReadWordOffset)));
  return builder.CreateIntToPtr(shadow, builder.getPtrTy());
}

// difference returns the word of the index-th granule XOR the strand's current identity.
Value* CheckEmitter::difference(IRBuilder<>& builder, Value* word, unsigned index) {
  if (index != 0) word = builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), word, index * kGranuleShadowBytes);
  Value* stored = mark_own(builder.CreateAlignedLoad(builder.getInt64Ty(), word, llvm::Align(8)));
  return builder.CreateXor(stored, words_.load_current(builder));
}

}  // namespace gorace::instrument
