// mmap, munmap, mremap: fresh pages have no history, whatever was at their addresses before. libc's own calls do not
// come through here; what it maps for malloc and for stacks is forgotten when it is handed out (heap/, threads.cc).
#include <sys/mman.h>

#include <cstdarg>
#include <cstdint>

#include "detector/intercept/real_function.h"
#include "detector/shadow/access.h"
#include "detector/syncvar/meta.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(mmap)> real_mmap("mmap");
GORACE_REAL_FUNCTION RealFunction<decltype(munmap)> real_munmap("munmap");
GORACE_REAL_FUNCTION RealFunction<decltype(mremap)> real_mremap("mremap");

// Reservations of address space beyond this were never seen with a history, and even a byte a page takes long to go
// through.
constexpr size_t kMaxForgottenBytes = size_t{1} << 36;

void forget(const void* address, size_t bytes) {
  if (bytes > kMaxForgottenBytes) return;
  reset_memory(address, bytes);
  forget_meta(reinterpret_cast<uintptr_t>(address), bytes);
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

void* mmap(void* hint, size_t bytes, int protection, int flags, int fd, off_t offset) noexcept {
  void* mapped = real_mmap(hint, bytes, protection, flags, fd, offset);
  if (mapped != MAP_FAILED) forget(mapped, bytes);
  return mapped;
}

// The same function: off_t has 64 bits.
void* mmap64(void* hint, size_t bytes, int protection, int flags, int fd, off64_t offset) noexcept {
  return mmap(hint, bytes, protection, flags, fd, offset);
}

// Forgotten before the pages are gone: afterwards another thread may have mapped there already.
int munmap(void* address, size_t bytes) noexcept {
  forget(address, bytes);
  return real_munmap(address, bytes);
}

void* mremap(void* old_address, size_t old_bytes, size_t bytes, int flags, ...) noexcept {
  void* new_address = nullptr;
  if ((flags & MREMAP_FIXED) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    new_address = va_arg(arguments, void*);
    va_end(arguments);
  }
  void* moved = real_mremap(old_address, old_bytes, bytes, flags, new_address);
  if (moved == MAP_FAILED) return moved;
  if (moved != old_address) {
    forget(old_address, old_bytes);
    forget(moved, bytes);
  } else if (bytes > old_bytes) {
    forget(static_cast<char*>(moved) + old_bytes, bytes - old_bytes);
  }
  return moved;
}

}  // extern "C"
