// StackDepot: call stacks, each kept once, for ever.
//
// Thread safety: any thread. A stack's frames never change or move.
#ifndef GORACE_DETECTOR_ORIGIN_STACK_DEPOT_H_
#define GORACE_DETECTOR_ORIGIN_STACK_DEPOT_H_

#include <cstddef>
#include <cstdint>

namespace gorace::detector {

// hash_frames mixes return addresses into 64 bits.
uint64_t hash_frames(const uintptr_t* frames, int count, uint64_t seed);

// store_stack returns words that begin with the number of frames, then the frames; null when the depot's 4 GiB are
// full. Stacks are told apart by 64 bits of hash: two of a million stacks share one with probability 2^-25.
const uintptr_t* store_stack(const uintptr_t* frames, int count);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ORIGIN_STACK_DEPOT_H_
