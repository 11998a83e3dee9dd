#include "instrument/pass/memory_intrinsics.h"

#include "instrument/pass/emission.h"

namespace gorace::instrument {

void replace_memory_intrinsic(llvm::MemIntrinsic* intrinsic, RuntimeFunctions& runtime) {
  Emitter builder(intrinsic);
  llvm::Value* bytes = builder.CreateZExtOrTrunc(intrinsic->getLength(), builder.getInt64Ty());
  if (auto* transfer = llvm::dyn_cast<llvm::MemTransferInst>(intrinsic)) {
    const char* name = llvm::isa<llvm::MemMoveInst>(transfer) ? "memmove" : "memcpy";
    runtime.call_memory(builder, name, transfer->getDest(), transfer->getSource(), bytes);
  } else {
    auto* set = llvm::cast<llvm::MemSetInst>(intrinsic);
    llvm::Value* value = builder.CreateZExt(set->getValue(), builder.getInt32Ty());
    runtime.call_memory(builder, "memset", set->getDest(), value, bytes);
  }
  intrinsic->eraseFromParent();
}

void check_memory_intrinsic(llvm::MemIntrinsic* intrinsic, CheckEmitter& checks) {
  Emitter builder(intrinsic);
  llvm::Value* bytes = builder.CreateZExtOrTrunc(intrinsic->getLength(), builder.getInt64Ty());
  if (auto* transfer = llvm::dyn_cast<llvm::MemTransferInst>(intrinsic))
    checks.emit_range(transfer->getSource(), bytes, /*is_write=*/false, intrinsic, *intrinsic);
  checks.emit_range(intrinsic->getDest(), bytes, /*is_write=*/true, intrinsic, *intrinsic);
}

}  // namespace gorace::instrument
