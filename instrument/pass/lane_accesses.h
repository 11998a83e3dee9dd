// Lane accesses: vector intrinsics that touch only some lanes, or lanes at unrelated addresses.
//   masked load, store, gather, scatter   one check a lane, behind a test of its mask bit (none where the mask is a constant); a
//                                         masked load or store with all bits set is one access of the whole vector
//   expandload, compressstore             one range of as many elements as the mask has bits
// Not covered: llvm.vp.* (no supported target makes them), and target-specific intrinsics such as llvm.x86.avx.maskload with a variable mask.
#ifndef GORACE_INSTRUMENT_PASS_LANE_ACCESSES_H_
#define GORACE_INSTRUMENT_PASS_LANE_ACCESSES_H_

#include "instrument/pass/check.h"

namespace gorace::instrument {

// is_lane_access: is this such an intrinsic, on memory that needs checks?
bool is_lane_access(const llvm::IntrinsicInst& intrinsic, AccessFilter& filter);

void check_lane_access(llvm::IntrinsicInst* intrinsic, CheckEmitter& checks, Statistics& statistics);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_LANE_ACCESSES_H_
