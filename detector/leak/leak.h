// Leaks: goroutines that are still blocked when the program ends, in the layout of race reports.
//
//   ==================
//   WARNING: GOROUTINE LEAK
//   Goroutine 7 (chan receive) and 3 others like it blocked at:
//     gorace::Chan<int>::recv()
//         ...
//     worker()
//         /src/worker.cc:12 +0x43
//
//   Goroutine 7 created at:
//     main()
//         /src/main.cc:30 +0x1f
//   ==================
//   Found 4 leaked goroutine(s)
//
// On with GORACE="leaks=1". Turns an exit code of 0 into options().exitcode.
#ifndef GORACE_DETECTOR_LEAK_LEAK_H_
#define GORACE_DETECTOR_LEAK_LEAK_H_

#include <cstddef>
#include <cstdint>

#include "runtime/dump/snapshot.h"

namespace gorace::detector {

// can_leak tells whether a goroutine counts: blocked, on something that only another goroutine can do. Main, OS
// threads, sleepers and those that wait for I/O do not; nor, in a forked child, the parent's goroutines.
bool can_leak(const runtime::GoroutineSnapshot& g);

// print_leaks groups the leaked goroutines of a snapshot by what they wait on, stack and creation stack, prints each
// group, and returns the number of goroutines. Reorders the snapshot.
size_t print_leaks(runtime::RawWriter& out, runtime::Snapshot& snapshot);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_LEAK_LEAK_H_
