// Size classes are powers of two from 16 bytes to 1 MiB, each a free list fed from 1 MiB chunks; larger blocks are mapped and
// unmapped one by one. Blocks are zeroed when they are handed out again, since a free block's first word is its link.
#include "runtime/base/internal_allocator.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <cstring>

#include "runtime/base/check.h"
#include "runtime/base/raw_writer.h"
#include "runtime/base/spin_lock.h"

namespace gorace::runtime {
namespace {

constexpr size_t kMinClassShift = 4;
constexpr size_t kMaxClassShift = 20;
constexpr size_t kChunkBytes = size_t{1} << 20;

struct FreeBlock {
  FreeBlock* next;
};

struct SizeClass {
  SpinLock lock;
  FreeBlock* free = nullptr;
  char* chunk = nullptr;
  char* chunk_end = nullptr;
};

constinit SizeClass g_classes[kMaxClassShift + 1];

// Raw system calls: mmap() and munmap() may be intercepted by the detector.
void* map_pages(size_t bytes) {
  const long mapped =
      syscall(SYS_mmap, nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == -1) {
    {
      RawWriter out(2);
      out << "gorace: out of memory: the system refused " << bytes << " bytes for gorace's own records\n";
    }
    _exit(2);
  }
  return reinterpret_cast<void*>(mapped);
}

size_t class_shift(size_t bytes) {
  const size_t shift = static_cast<size_t>(std::bit_width(bytes - 1));
  return shift < kMinClassShift ? kMinClassShift : shift;
}

}  // namespace

void* internal_alloc(size_t bytes) {
  if (bytes == 0) bytes = 1;
  const size_t shift = class_shift(bytes);
  if (shift > kMaxClassShift) return map_pages(bytes);
  const size_t block_bytes = size_t{1} << shift;
  SizeClass& size_class = g_classes[shift];
  size_class.lock.lock();
  if (FreeBlock* block = size_class.free; block != nullptr) {
    size_class.free = block->next;
    size_class.lock.unlock();
    memset(static_cast<void*>(block), 0, block_bytes);
    return block;
  }
  if (size_class.chunk == size_class.chunk_end) {
    size_class.chunk = static_cast<char*>(map_pages(kChunkBytes));
    size_class.chunk_end = size_class.chunk + kChunkBytes;
  }
  void* block = size_class.chunk;
  size_class.chunk += block_bytes;
  size_class.lock.unlock();
  return block;  // fresh from the kernel: zero
}

void internal_free(void* block, size_t bytes) {
  if (block == nullptr) return;
  if (bytes == 0) bytes = 1;
  const size_t shift = class_shift(bytes);
  if (shift > kMaxClassShift) {
    syscall(SYS_munmap, block, bytes);
    return;
  }
  SizeClass& size_class = g_classes[shift];
  auto* freed = static_cast<FreeBlock*>(block);
  size_class.lock.lock();
  freed->next = size_class.free;
  size_class.free = freed;
  size_class.lock.unlock();
}

namespace {
// How often the calling thread holds the allocator: the scheduler and the detector do so around the same fork().
constinit __attribute__((tls_model("initial-exec"))) thread_local int t_held = 0;
}  // namespace

void lock_internal_allocator() {
  if (t_held++ != 0) return;
  for (SizeClass& size_class : g_classes) size_class.lock.lock();
}

void unlock_internal_allocator() {
  if (--t_held != 0) return;
  for (SizeClass& size_class : g_classes) size_class.lock.unlock();
}

}  // namespace gorace::runtime
