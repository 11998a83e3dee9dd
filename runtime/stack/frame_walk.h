// Frame walk: return addresses of a stack by its chain of frame pointers, bounded by the stack's limits.
//
// Chosen over the unwinder: it takes no lock (dl_iterate_phdr's deadlocks in signal handlers), allocates nothing, and
// costs two loads a frame. Code compiled without frame pointers gives missing or wrong frames, never a fault: each step
// stays inside the limits and goes up.
#ifndef GORACE_RUNTIME_STACK_FRAME_WALK_H_
#define GORACE_RUNTIME_STACK_FRAME_WALK_H_

#include <cstddef>
#include <cstdint>

namespace gorace::runtime {

// walk_frames follows the chain that starts at frame pointer `fp`, through memory in [low, high). Leaves out the `skip`
// innermost return addresses and the one that leads into the root of the stack (its caller's frame pointer is zero).
// Returns how many it wrote to pcs.
[[gnu::always_inline]] inline int walk_frames(uintptr_t fp, uintptr_t low, uintptr_t high, int skip, uintptr_t* pcs,
                                              int max) {
  int count = 0;
  while (count < max && fp >= low && fp + 2 * sizeof(uintptr_t) <= high && fp % sizeof(uintptr_t) == 0) {
    const auto* frame = reinterpret_cast<const uintptr_t*>(fp);
    const uintptr_t caller = frame[0];
    if (caller == 0 || frame[1] == 0) break;
    if (skip > 0) {
      --skip;
    } else {
      pcs[count++] = frame[1];
    }
    low = fp + 2 * sizeof(uintptr_t);
    fp = caller;
  }
  return count;
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_STACK_FRAME_WALK_H_
