// Which frames a profile leaves out, so that "top" names the user's functions and not the machinery under or between
// them.
//
//  - What reports and dumps hide too (runtime/symbolize): gorace's own functions below its public API, and the wrappers
//  through which the
//    standard library calls a function object. The API itself (gorace::Chan<T>::send ...) stays, as Go keeps chansend
//    under its callers: it says what the goroutine was doing.
//  - At the leaf only, allocator plumbing: every heap sample would end in operator new otherwise.
//
// The profile's drop_frames field was not chosen: pprof alone reads it, and it drops everything beneath a match too.
#ifndef GORACE_PPROF_ENCODE_FRAME_FILTER_H_
#define GORACE_PPROF_ENCODE_FRAME_FILTER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gorace::pprof {

// is_machinery tells whether `function` (demangled, without parameters) is left out wherever it is in a stack.
bool is_machinery(const std::string& function);

// is_allocator tells whether it is left out while it is the leaf.
bool is_allocator(absl::string_view function);

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_ENCODE_FRAME_FILTER_H_
