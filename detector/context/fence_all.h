// The dear half of an asymmetric fence: the other threads go without one, and whoever wants to know what they are doing
// has the kernel run a full fence on each processor that runs a thread of this process (membarrier(2)).
//
// Thread safety: any thread. errno is preserved.
#ifndef GORACE_DETECTOR_CONTEXT_FENCE_ALL_H_
#define GORACE_DETECTOR_CONTEXT_FENCE_ALL_H_

namespace gorace::detector {

// can_fence_all_threads: does the kernel offer it (4.14 and newer do)? The first call registers the process.
bool can_fence_all_threads();

// fence_all_threads returns when every thread of the process has passed a full fence, the caller included. Takes about
// 2 us, and interrupts the threads that run. Without the kernel's help it waits 10 ms: a store does not stay in its
// processor's buffer that long.
void fence_all_threads();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_FENCE_ALL_H_
