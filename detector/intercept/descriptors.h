// File descriptors as objects that two strands can race on: a descriptor that one closes while another uses it may
// already be somebody else's file. Each use counts as a read of the descriptor, closing it as a write, as for memory.
//
// Only in programs without goroutines: gorace's own network code closes a socket when its last user has left, by a
// count that the detector does not see.
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_INTERCEPT_DESCRIPTORS_H_
#define GORACE_DETECTOR_INTERCEPT_DESCRIPTORS_H_

#include "detector/abi/call_stack.h"

namespace gorace::detector {

// A new descriptor: whatever stood for the number before is gone.
void on_descriptor_opened(int fd, CallSite site);
// Before a use of it.
void on_descriptor_used(int fd, CallSite site);
// Before it is closed. by_replacing: dup2 puts another file in its place, which counts as a use: daemons do that to
// their standard descriptors, and servers to sockets that others still read, to end that.
void on_descriptor_closing(int fd, CallSite site, bool by_replacing = false);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_DESCRIPTORS_H_
