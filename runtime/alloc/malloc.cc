// The C allocation functions, on top of libc's own allocator (its __libc_ names), with observers told.
//
// All definitions are weak: a program that brings its own malloc (a static tcmalloc, jemalloc) links, and keeps it; its
// blocks are then unknown to observers. malloc_usable_size stays libc's, since the blocks are.
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include <bit>
#include <cstddef>

#include "runtime/alloc/alloc_hooks.h"
#include "runtime/alloc/allocate.h"

extern "C" {
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* block, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);
void* __libc_valloc(size_t bytes);
void* __libc_pvalloc(size_t bytes);
void __libc_free(void* block);

void* gorace_malloc(size_t bytes);
}

namespace gorace::runtime {
namespace {

// The caller sees no difference to libc's function but the observers' work in between.
void* announce(void* block, size_t bytes, const void* caller_frame) {
  observe_allocated(block, bytes, caller_frame);
  return block;
}

void* reallocate(void* block, size_t bytes, const void* caller_frame) {
  if (block == nullptr) return announce(__libc_malloc(bytes), bytes, caller_frame);
  if (g_alloc_observer_count == 0) return __libc_realloc(block, bytes);
  // The old block must be announced as freed before another thread can have it. When libc refuses it is still there: a
  // block anew, of the size that can be told.
  const size_t old_bytes = malloc_usable_size(block);
  observe_freeing(block, caller_frame);
  void* moved = __libc_realloc(block, bytes);
  if (moved == nullptr && bytes != 0) {
    observe_allocated(block, old_bytes, caller_frame);
    return nullptr;
  }
  return announce(moved, bytes, caller_frame);
}

}  // namespace

bool allocator_is_interposed() {
  // volatile: the linker decides which malloc the name is, so the compiler must not.
  void* (*volatile linked)(size_t) = &malloc;
  return linked == &gorace_malloc;
}

void* allocate(size_t bytes, const void* caller_frame) {
  if (!allocator_is_interposed()) return malloc(bytes);
  return announce(__libc_malloc(bytes), bytes, caller_frame);
}

void* allocate_aligned(size_t alignment, size_t bytes, const void* caller_frame) {
  if (!allocator_is_interposed()) return aligned_alloc(alignment, bytes);
  return announce(__libc_memalign(alignment, bytes), bytes, caller_frame);
}

void deallocate(void* block, const void* caller_frame) {
  if (!allocator_is_interposed()) return free(block);
  observe_freeing(block, caller_frame);
  __libc_free(block);
}

}  // namespace gorace::runtime

using namespace gorace::runtime;

extern "C" {

// A name of our own for malloc, to see whether the program's malloc is this one.
void* gorace_malloc(size_t bytes) { return announce(__libc_malloc(bytes), bytes, __builtin_frame_address(0)); }
[[gnu::weak, gnu::alias("gorace_malloc")]] void* malloc(size_t bytes) noexcept;

[[gnu::weak]] void free(void* block) noexcept {
  observe_freeing(block, __builtin_frame_address(0));
  __libc_free(block);
}

[[gnu::weak]] void* calloc(size_t count, size_t bytes) noexcept {
  return announce(__libc_calloc(count, bytes), count * bytes, __builtin_frame_address(0));
}

[[gnu::weak]] void* realloc(void* block, size_t bytes) noexcept {
  return reallocate(block, bytes, __builtin_frame_address(0));
}

[[gnu::weak]] void* reallocarray(void* block, size_t count, size_t bytes) noexcept {
  size_t total = 0;
  if (__builtin_mul_overflow(count, bytes, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  return reallocate(block, total, __builtin_frame_address(0));
}

[[gnu::weak]] void* memalign(size_t alignment, size_t bytes) noexcept {
  return announce(__libc_memalign(alignment, bytes), bytes, __builtin_frame_address(0));
}

[[gnu::weak]] void* aligned_alloc(size_t alignment, size_t bytes) noexcept {
  return announce(__libc_memalign(alignment, bytes), bytes, __builtin_frame_address(0));
}

[[gnu::weak]] int posix_memalign(void** out, size_t alignment, size_t bytes) noexcept {
  if (!std::has_single_bit(alignment) || alignment % sizeof(void*) != 0) return EINVAL;
  const int saved_errno = errno;  // the error is the result; errno is left alone
  void* block = announce(__libc_memalign(alignment, bytes), bytes, __builtin_frame_address(0));
  errno = saved_errno;
  if (block == nullptr) return ENOMEM;
  *out = block;
  return 0;
}

[[gnu::weak]] void* valloc(size_t bytes) noexcept {
  return announce(__libc_valloc(bytes), bytes, __builtin_frame_address(0));
}

[[gnu::weak]] void* pvalloc(size_t bytes) noexcept {
  return announce(__libc_pvalloc(bytes), bytes, __builtin_frame_address(0));
}

}  // extern "C"
