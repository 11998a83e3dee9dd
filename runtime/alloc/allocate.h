// Internal to this folder: the allocation functions with the caller's frame given, for malloc.cc's and new_delete.cc's
// entry points.
#ifndef GORACE_RUNTIME_ALLOC_ALLOCATE_H_
#define GORACE_RUNTIME_ALLOC_ALLOCATE_H_

#include <cstddef>

namespace gorace::runtime {

// Null when memory is used up, like malloc. When the program brings its own malloc, they call that.
void* allocate(size_t bytes, const void* caller_frame);
void* allocate_aligned(size_t alignment, size_t bytes, const void* caller_frame);
void deallocate(void* block, const void* caller_frame);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_ALLOC_ALLOCATE_H_
