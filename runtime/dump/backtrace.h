// Backtrace: the caller's own stack through the unwind tables. Slower than capture_stack's frame pointers, and it sees
// through code that was compiled without them (the C++ library under std::terminate).
#ifndef GORACE_RUNTIME_DUMP_BACKTRACE_H_
#define GORACE_RUNTIME_DUMP_BACKTRACE_H_

#include <cstdint>

namespace gorace::runtime {

// backtrace_here writes the return addresses of the calling thread's stack, innermost first, and returns their number.
// The first one is `first_pc`, a return address on that stack: what it returns from is the caller's own business (when
// it is not found: all frames). Stops at a goroutine's root. Not async-signal-safe (it may take the loader's lock).
int backtrace_here(const void* first_pc, uintptr_t* pcs, int max);

// backtrace_interrupted does the same inside a signal handler for the code that the signal interrupted (`context` is
// the handler's third argument): its pc first, plus one, since readers take return addresses. Unwind tables where they
// can be read without a lock (glibc 2.35 and newer), so that the caller of a libc function shows, which has no frame
// pointer; else frame pointers. Async-signal-safe.
int backtrace_interrupted(const void* context, uintptr_t* pcs, int max);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_DUMP_BACKTRACE_H_
