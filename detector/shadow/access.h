// Access: the slow path of the shadow, and the shadow's other entry points. The state machine of a granule, its
// invariants and the order of its loads and stores: granule.h, record.h, README.md of this folder.
//
// Every race is handed to report_race() (report/report.h); tests define their own.
//
// Thread safety: any thread, concurrently on one granule. Nothing is allocated from the program's malloc.
#ifndef GORACE_DETECTOR_SHADOW_ACCESS_H_
#define GORACE_DETECTOR_SHADOW_ACCESS_H_

#include <cstddef>
#include <cstdint>

#include "detector/context/context.h"
#include "detector/origin/origin.h"

namespace gorace::detector {

// Maps the shadow and meta regions. Called first of all; later calls do nothing. Prints one sentence on what is in the
// way and ends the process with code 2 when the address space cannot be had. Where only this run's address layout is in
// the way, it executes the program again with address randomisation off.
void map_shadow();
bool shadow_mapped();

// access_memory records an access of `context` to [address, address + bytes) and reports every race that it completes.
// The access is atomic when the origin's kind is AccessKind::kAtomic.
void access_memory(Context* context, const void* address, size_t bytes, bool is_write, OriginId origin);

// is_recorded: has the context made this plain access in its present epoch already, as far as shadow words and small
// records tell, or need it not be recorded (context/private_phase.h)? Then access_memory would do nothing. Takes no
// lock and writes nothing.
bool is_recorded(const Context& context, const void* address, size_t bytes, bool is_write);

// access_granule is access_memory for bytes that lie in one granule (bytes in 1..8).
void access_granule(Context* context, uintptr_t address, size_t bytes, bool is_write, OriginId origin);

// use_object records an atomic read of the byte at `address`, which stands for an object there: mostly the same
// strand's as last time (atomic_access.h).
void use_object(Context* context, uintptr_t address, OriginId origin);

// reset_memory forgets all accesses to a range (fresh from the allocator, mmap, a recycled stack).
void reset_memory(const void* address, size_t bytes);

// free_memory is access_memory for a write that ends a block's life (`origin` is of AccessKind::kFree). Afterwards
// nobody may touch [address, address + bytes), the context included, until reset_memory: each access is a race with
// this one. Both ends are granule boundaries.
void free_memory(Context* context, const void* address, size_t bytes, OriginId origin);

// shadow_after_fork frees, in the child, the granules that other threads had locked; their history is as it was before
// those threads' accesses or empty. Call on the child's only thread before anything else.
void shadow_after_fork();

// Number of out-of-line records in use now. For tests: no other thread may be in the detector meanwhile.
size_t shadow_records_in_use();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_ACCESS_H_
