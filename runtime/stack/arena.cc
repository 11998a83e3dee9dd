#include "runtime/stack/arena.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/spin_lock.h"
#include "runtime/sched/sanitizer.h"

namespace gorace::runtime {
namespace {

constexpr size_t kPageBytes = 4096;
constexpr size_t kColourStep = 64;  // one cache line
constexpr uint32_t kColours = 16;
constexpr size_t kHeadroomBytes = size_t{256} << 20;

// 1 GiB: 4096 default stacks a mapping. LeakSanitizer reads arenas from end to end, so they are small there.
constexpr size_t kArenaBytes = kAddressSanitizer ? size_t{16} << 20 : size_t{1} << 30;

SpinLock g_lock;  // serialises the growth of the list below
StackArena* g_arenas[kMaxArenas];
std::atomic<int> g_arena_count{0};

// Raw system call: the detector intercepts mmap.
void* map_reserved(size_t bytes) {
  const long mapped = syscall(SYS_mmap, nullptr, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  return mapped == -1 ? nullptr : reinterpret_cast<void*>(mapped);
}

// map_with_headroom maps only if the process can still map something afterwards: under a limit (ulimit -v), stacks must
// not take what malloc and gorace's own records need to tell of it.
void* map_with_headroom(size_t bytes) {
  void* headroom = map_reserved(kHeadroomBytes);
  if (headroom == nullptr) return nullptr;
  void* base = map_reserved(bytes);
  const int error = errno;
  syscall(SYS_munmap, headroom, kHeadroomBytes);
  errno = error;
  return base;
}

bool list_arena(StackArena* arena) {
  g_lock.lock();
  const int count = g_arena_count.load(std::memory_order_relaxed);
  const bool fits = count < kMaxArenas;
  if (fits) {
    g_arenas[count] = arena;
    g_arena_count.store(count + 1, std::memory_order_release);  // pairs with arena_count()
  }
  g_lock.unlock();
  return fits;
}

}  // namespace

StackArena* make_arena(size_t slot_bytes, int size_class) {
  // Under an address-space limit a smaller arena may still fit.
  size_t bytes = kArenaBytes < slot_bytes ? slot_bytes : kArenaBytes;
  void* base = nullptr;
  while ((base = map_with_headroom(bytes)) == nullptr) {
    if (bytes == slot_bytes) return nullptr;
    bytes = bytes / 8 < slot_bytes ? slot_bytes : bytes / 8;
  }
  // A huge page a stack would make 2 MiB resident at its first touch.
  madvise(base, bytes, MADV_NOHUGEPAGE);
  sanitizer_leak_root(base, bytes);
  auto* arena = internal_new<StackArena>();
  arena->base = reinterpret_cast<uintptr_t>(base);
  arena->slot_bytes = slot_bytes;
  arena->slots = static_cast<uint32_t>(bytes / slot_bytes);
  arena->size_class = size_class;
  arena->cold = static_cast<uint32_t*>(internal_alloc(arena->slots * sizeof(uint32_t)));
  if (list_arena(arena)) return arena;
  syscall(SYS_munmap, base, bytes);
  internal_free(arena->cold, arena->slots * sizeof(uint32_t));
  internal_delete(arena);
  return nullptr;
}

int arena_count() { return g_arena_count.load(std::memory_order_acquire); }

StackArena* arena_at(int index) { return g_arenas[index]; }

size_t guard_bytes(size_t slot_bytes) { return slot_bytes >= (size_t{128} << 10) ? 4 * kPageBytes : kPageBytes; }

G* control_block(const StackArena& arena, uint32_t slot) {
  const uintptr_t high = arena.base + (slot + size_t{1}) * arena.slot_bytes;
  const uintptr_t address = high - sizeof(G) - slot % kColours * kColourStep;
  return reinterpret_cast<G*>(address & ~uintptr_t{63});
}

}  // namespace gorace::runtime
