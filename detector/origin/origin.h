// Origins: interned call stacks, 20 bits each, as they stand in shadow words. The stack of the other side of a race is
// always there, because the word that records the access names it; there is no event history to lose.
//
// An origin is found by a 64-bit key (calling-context hash, access pc, return address of the accessing function, kind);
// only at the first sight of a key the frame pointers are walked. A composite origin stands for a granule whose bytes
// were touched by several instructions of one epoch: it says for each byte which plain origin applies. ("Plain origin"
// means: not composite.)
//
// A program that takes many locks in many ways makes an origin of each stack under each set of them. When three
// quarters are used up, new ones are stacks alone, and say that their locks are not known; in the last eighth stacks are
// cut to four frames, in the last sixteenth to the innermost one. When all 2^20 are used up, further ones are
// kUnknownOrigin (or kUnknownAtomicOrigin). Each of these is counted in losses().
//
// Thread safety: any thread, lock-free in the common case; nothing is allocated from the program's malloc.
#ifndef GORACE_DETECTOR_ORIGIN_ORIGIN_H_
#define GORACE_DETECTOR_ORIGIN_ORIGIN_H_

#include <cstdint>

#include "detector/abi/abi.h"

namespace gorace::detector {

using OriginId = uint32_t;
inline constexpr OriginId kUnknownOrigin = 0;
// Origins of atomic accesses are those from here on (one eighth), so that a shadow word tells by itself whether its
// access was atomic.
inline constexpr OriginId kUnknownAtomicOrigin = OriginId{7} << (GORACE_ORIGIN_BITS - 3);
constexpr bool is_atomic_origin(OriginId origin) { return origin >= kUnknownAtomicOrigin; }

enum class AccessKind : uint8_t { kPlain, kAtomic, kFree, kAllocate, kVptr, kRuntime };

struct OriginInfo {
  AccessKind kind;
  int frame_count;
  const uintptr_t* frames;  // return addresses, innermost (the access) first; lives for ever
  uint32_t lock_set = 0;    // the locks held (held_locks.h); 0: none; kUnknownLockSet: cannot be told
  bool is_cut = false;    // only the innermost frames were kept
};

// intern_access names an access that instrumented code makes: pc is the return address of its check, frame_pointer the
// rbp of the accessing function. Whoever makes the key adds HeldLocks::key() of the running strand to calling_context:
// the origin remembers that strand's locks.
OriginId intern_access(uint64_t calling_context, uintptr_t pc, uintptr_t frame_pointer, AccessKind kind);

// intern_here names the caller's own stack, skip_frames innermost frames left out (interceptors, creation stacks).
OriginId intern_here(int skip_frames, AccessKind kind);

// intern_call names the stack of a call from the running function: its return address, and the calling function's frame
// pointer, which is believed only where it lies on the stack. As intern_here, without the look at the frames between.
OriginId intern_call(uintptr_t pc, uintptr_t frame_pointer, AccessKind kind);

// intern_stack names a given stack, and the locks held (null: none matter).
class HeldLocks;
OriginId intern_stack(const uintptr_t* frames, int count, AccessKind kind, const HeldLocks* held = nullptr);

// compose: bytes in newer_mask are now of `newer`, the others in older_mask stay of `older`. Both are origins of
// accesses that are not atomic.
OriginId compose(OriginId older, uint8_t older_mask, OriginId newer, uint8_t newer_mask);
// component returns the plain origin that applies to the lowest byte of `bytes` (a mask of the granule's bytes).
OriginId component(OriginId origin, uint8_t bytes);

// without_locks returns the origin of the same stack and kind with no locks held; what is not known stays as it is.
OriginId without_locks(OriginId plain_origin);

// origin_info: for an unknown origin no frames.
OriginInfo origin_info(OriginId plain_origin);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ORIGIN_ORIGIN_H_
