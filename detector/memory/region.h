// Regions: address space reserved for the detector's own tables, far larger than what is ever touched, so that a table
// never moves and an index is enough to name an element. Raw system calls: mmap() may be the interceptor's.
#ifndef GORACE_DETECTOR_MEMORY_REGION_H_
#define GORACE_DETECTOR_MEMORY_REGION_H_

#include <cstddef>
#include <cstdint>

namespace gorace::detector {

// reserve_region returns zeroed memory, resident only where it is touched, for the life of the process. `what` names it
// in the one sentence that is printed, before the process ends with code 2, when the system refuses.
void* reserve_region(size_t bytes, const char* what);

// reserve_fixed_region maps exactly [address, address + bytes). Returns 0, or the errno value: EEXIST when something is
// mapped there.
int reserve_fixed_region(uintptr_t address, size_t bytes);

// populate_pages gives whole pages memory, those that have none yet. They stay without where the system cannot.
void populate_pages(void* start, size_t bytes);

// discard_pages makes whole pages read as zero again and gives their memory back.
void discard_pages(void* start, size_t bytes);

// die_without_memory prints why `bytes` for `what` cannot be had (the limit that is in the way, where it is known) and
// ends the process, code 2.
[[noreturn]] void die_without_memory(size_t bytes, const char* what, int error);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_MEMORY_REGION_H_
