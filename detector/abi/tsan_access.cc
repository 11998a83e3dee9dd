// Plain accesses of -fsanitize=thread code, from clang and gcc.
#include "detector/abi/access_check.h"

using gorace::detector::AccessKind;
using gorace::detector::CallSite;
using gorace::detector::check_access;
using gorace::detector::check_range;
using gorace::detector::Direction;

namespace {

// check_unaligned: an access that may cross into the next granule.
[[gnu::always_inline]] inline void check_unaligned(const void* address, size_t bytes, Direction direction,
                                                   CallSite site) {
  if ((reinterpret_cast<uintptr_t>(address) & 7) + bytes <= 8) {
    check_access(address, bytes, direction, site);
  } else {
    check_range(address, bytes, direction, site);
  }
}

[[gnu::always_inline]] inline void check_16(const void* address, Direction direction, CallSite site) {
  const auto start = reinterpret_cast<uintptr_t>(address);
  if (gorace::detector::same_epoch(start, 8, direction) && gorace::detector::same_epoch(start + 8, 8, direction))
    return;
  check_range(address, 16, direction, site);
}

}  // namespace

// The functions of one access size: aligned, and what clang and gcc call for volatile accesses under their options.
#define GORACE_DEFINE_ACCESSES(bytes)                                                                                \
  void __tsan_read##bytes(void* a) { check_unaligned(a, bytes, Direction::kRead, CallSite::here()); }                \
  void __tsan_write##bytes(void* a) { check_unaligned(a, bytes, Direction::kWrite, CallSite::here()); }              \
  void __tsan_volatile_read##bytes(void* a) { check_unaligned(a, bytes, Direction::kRead, CallSite::here()); }       \
  void __tsan_volatile_write##bytes(void* a) { check_unaligned(a, bytes, Direction::kWrite, CallSite::here()); }     \
  void __tsan_read##bytes##_pc(void* a, void* pc) {                                                                  \
    check_unaligned(a, bytes, Direction::kRead, {reinterpret_cast<uintptr_t>(pc), CallSite::here().frame_pointer});  \
  }                                                                                                                  \
  void __tsan_write##bytes##_pc(void* a, void* pc) {                                                                 \
    check_unaligned(a, bytes, Direction::kWrite, {reinterpret_cast<uintptr_t>(pc), CallSite::here().frame_pointer}); \
  }

#define GORACE_DEFINE_UNALIGNED_ACCESSES(bytes)                                                                       \
  void __tsan_unaligned_read##bytes(const void* a) { check_unaligned(a, bytes, Direction::kRead, CallSite::here()); } \
  void __tsan_unaligned_write##bytes(void* a) { check_unaligned(a, bytes, Direction::kWrite, CallSite::here()); }     \
  void __tsan_unaligned_volatile_read##bytes(const void* a) {                                                         \
    check_unaligned(a, bytes, Direction::kRead, CallSite::here());                                                    \
  }                                                                                                                   \
  void __tsan_unaligned_volatile_write##bytes(void* a) {                                                              \
    check_unaligned(a, bytes, Direction::kWrite, CallSite::here());                                                   \
  }

// Compound accesses (`x += 1` under -mllvm -tsan-compound-read-before-write): a write conflicts with all that a read
// does.
#define GORACE_DEFINE_READ_WRITES(bytes)                                                                     \
  void __tsan_read_write##bytes(void* a) { check_unaligned(a, bytes, Direction::kWrite, CallSite::here()); } \
  void __tsan_unaligned_read_write##bytes(void* a) { check_unaligned(a, bytes, Direction::kWrite, CallSite::here()); }

extern "C" {

GORACE_DEFINE_ACCESSES(1)
GORACE_DEFINE_ACCESSES(2)
GORACE_DEFINE_ACCESSES(4)
GORACE_DEFINE_ACCESSES(8)

GORACE_DEFINE_UNALIGNED_ACCESSES(2)
GORACE_DEFINE_UNALIGNED_ACCESSES(4)
GORACE_DEFINE_UNALIGNED_ACCESSES(8)
GORACE_DEFINE_UNALIGNED_ACCESSES(16)

GORACE_DEFINE_READ_WRITES(1)
GORACE_DEFINE_READ_WRITES(2)
GORACE_DEFINE_READ_WRITES(4)
GORACE_DEFINE_READ_WRITES(8)
GORACE_DEFINE_READ_WRITES(16)

void __tsan_read16(void* a) { check_16(a, Direction::kRead, CallSite::here()); }
void __tsan_write16(void* a) { check_16(a, Direction::kWrite, CallSite::here()); }
void __tsan_volatile_read16(void* a) { check_16(a, Direction::kRead, CallSite::here()); }
void __tsan_volatile_write16(void* a) { check_16(a, Direction::kWrite, CallSite::here()); }

void __tsan_read_range(void* a, unsigned long bytes) { check_range(a, bytes, Direction::kRead, CallSite::here()); }
void __tsan_write_range(void* a, unsigned long bytes) { check_range(a, bytes, Direction::kWrite, CallSite::here()); }

// Storing the vtable pointer that is there already (each constructor of a hierarchy does) changes nothing for a reader.
void __tsan_vptr_update(void** vptr, void* new_value) {
  if (*vptr == new_value) return;
  check_access(vptr, sizeof(void*), Direction::kWrite, CallSite::here(), AccessKind::kVptr);
}
void __tsan_vptr_read(void** vptr) {
  check_access(vptr, sizeof(void*), Direction::kRead, CallSite::here(), AccessKind::kVptr);
}

}  // extern "C"
