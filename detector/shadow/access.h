// Access: the slow path of the shadow, and the shadow's other entry points. The state machine of a granule, its invariants and the order of
// its loads and stores: README.md of this folder.
//
// Thread safety: any thread, concurrently on one granule. Nothing is allocated from the program's malloc.
#ifndef GORACE_DETECTOR_SHADOW_ACCESS_H_
#define GORACE_DETECTOR_SHADOW_ACCESS_H_

#include <cstddef>
#include <cstdint>

#include "detector/context/context.h"
#include "detector/origin/origin.h"

namespace gorace::detector {

// Maps the shadow and meta regions. Called once, first of all. Prints one sentence on what is in the way and ends the process with code 2 when
// the address space cannot be had.
void map_shadow();
bool shadow_mapped();

// access_memory records an access of `context` to [address, address + bytes) and reports every race that it completes.
void access_memory(Context* context, const void* address, size_t bytes, bool is_write, OriginId origin);

// reset_memory forgets all accesses to a range (fresh from the allocator, mmap, a recycled stack).
void reset_memory(const void* address, size_t bytes);

// Number of granules whose history lives in an out-of-line record now. For tests and statistics.
size_t shadow_records_in_use();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_ACCESS_H_
