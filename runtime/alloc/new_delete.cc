// operator new and delete, all forms, so that a block's allocation is known by the `new` expression and not by a line
// of libstdc++. Weak: a program's own replacement wins, as the standard grants.
#include <cstddef>
#include <new>

#include "runtime/alloc/allocate.h"

namespace gorace::runtime {
namespace {

// allocate_or_throw follows [new.delete.single]: the new-handler is called until memory is there or it gives up.
void* allocate_or_throw(size_t bytes, size_t alignment, const void* caller_frame) {
  if (bytes == 0) bytes = 1;
  for (;;) {
    void* block = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__ ? allocate(bytes, caller_frame)
                                                                : allocate_aligned(alignment, bytes, caller_frame);
    if (block != nullptr) return block;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

// The nothrow forms answer null where the others throw; a handler may throw, too.
void* allocate_or_null(size_t bytes, size_t alignment, const void* caller_frame) noexcept {
  try {
    return allocate_or_throw(bytes, alignment, caller_frame);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

constexpr size_t kDefault = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

size_t bytes_of(std::align_val_t alignment) { return static_cast<size_t>(alignment); }

}  // namespace
}  // namespace gorace::runtime

using namespace gorace::runtime;

[[gnu::weak]] void* operator new(size_t bytes) {
  return allocate_or_throw(bytes, kDefault, __builtin_frame_address(0));
}
[[gnu::weak]] void* operator new[](size_t bytes) {
  return allocate_or_throw(bytes, kDefault, __builtin_frame_address(0));
}
[[gnu::weak]] void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return allocate_or_null(bytes, kDefault, __builtin_frame_address(0));
}
[[gnu::weak]] void* operator new[](size_t bytes, const std::nothrow_t&) noexcept {
  return allocate_or_null(bytes, kDefault, __builtin_frame_address(0));
}
[[gnu::weak]] void* operator new(size_t bytes, std::align_val_t alignment) {
  return allocate_or_throw(bytes, bytes_of(alignment), __builtin_frame_address(0));
}
[[gnu::weak]] void* operator new[](size_t bytes, std::align_val_t alignment) {
  return allocate_or_throw(bytes, bytes_of(alignment), __builtin_frame_address(0));
}
[[gnu::weak]] void* operator new(size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate_or_null(bytes, bytes_of(alignment), __builtin_frame_address(0));
}
[[gnu::weak]] void* operator new[](size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate_or_null(bytes, bytes_of(alignment), __builtin_frame_address(0));
}

[[gnu::weak]] void operator delete(void* block) noexcept { deallocate(block, __builtin_frame_address(0)); }
[[gnu::weak]] void operator delete[](void* block) noexcept { deallocate(block, __builtin_frame_address(0)); }
[[gnu::weak]] void operator delete(void* block, const std::nothrow_t&) noexcept {
  deallocate(block, __builtin_frame_address(0));
}
[[gnu::weak]] void operator delete[](void* block, const std::nothrow_t&) noexcept {
  deallocate(block, __builtin_frame_address(0));
}
[[gnu::weak]] void operator delete(void* block, size_t) noexcept { deallocate(block, __builtin_frame_address(0)); }
[[gnu::weak]] void operator delete[](void* block, size_t) noexcept { deallocate(block, __builtin_frame_address(0)); }
[[gnu::weak]] void operator delete(void* block, std::align_val_t) noexcept {
  deallocate(block, __builtin_frame_address(0));
}
[[gnu::weak]] void operator delete[](void* block, std::align_val_t) noexcept {
  deallocate(block, __builtin_frame_address(0));
}
[[gnu::weak]] void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept {
  deallocate(block, __builtin_frame_address(0));
}
[[gnu::weak]] void operator delete[](void* block, std::align_val_t, const std::nothrow_t&) noexcept {
  deallocate(block, __builtin_frame_address(0));
}
[[gnu::weak]] void operator delete(void* block, size_t, std::align_val_t) noexcept {
  deallocate(block, __builtin_frame_address(0));
}
[[gnu::weak]] void operator delete[](void* block, size_t, std::align_val_t) noexcept {
  deallocate(block, __builtin_frame_address(0));
}
