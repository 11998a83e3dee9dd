// Heap: what the detector knows of the program's heap blocks, through runtime/alloc's hooks. README.md tells what an
// allocation and a free mean.
//
// Thread safety: as malloc: any thread.
#ifndef GORACE_DETECTOR_HEAP_HEAP_H_
#define GORACE_DETECTOR_HEAP_HEAP_H_

#include <cstddef>

#include "runtime/alloc/alloc_hooks.h"

namespace gorace::detector {

// Freeing writes a block, up to this many bytes from its start: what is used after the free there is reported.
inline constexpr size_t kCheckedFreeBytes = 4096;

extern const runtime::AllocHooks kHeapHooks;

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_HEAP_HEAP_H_
