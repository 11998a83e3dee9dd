// Stack walk: return addresses by frame pointers, bounded by the stack that the caller runs on, so that a wrong frame
// pointer is never followed out of it. Where the chain breaks off before a root (a library without frame pointers in
// between), the unwinder tries.
//
// Thread safety: any thread, in signal handlers too (the unwinder part: glibc 2.35 or later, where it takes no lock).
#ifndef GORACE_DETECTOR_ORIGIN_STACK_WALK_H_
#define GORACE_DETECTOR_ORIGIN_STACK_WALK_H_

#include <cstdint>

namespace gorace::detector {

// Stacks deeper than this keep their innermost and outermost halves.
inline constexpr int kMaxFrames = 256;

// is_frame_here: the frame record at `frame_pointer` may be read, for it lies on the stack that the caller runs on,
// above the caller's frame.
bool is_frame_here(uintptr_t frame_pointer);

// peek_frames follows frame pointers for at most `max` frames: a quick look, for keys.
int peek_frames(uintptr_t frame_pointer, uintptr_t* frames, int max);

// walk_stack writes `pc`, then the return addresses of the frames from `frame_pointer` on, innermost first. `frames`
// has room for kMaxFrames.
int walk_stack(uintptr_t pc, uintptr_t frame_pointer, uintptr_t* frames);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ORIGIN_STACK_WALK_H_
