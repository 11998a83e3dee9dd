#include "detector/heap/heap.h"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <sys/auxv.h>

#include "detector/abi/access_check.h"
#include "detector/context/strands.h"
#include "detector/context/thread_state.h"
#include "detector/lock_order/lock_order.h"
#include "detector/report/report.h"
#include "detector/report/signal_safety.h"
#include "detector/shadow/access.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/page_flags.h"
#include "detector/syncvar/meta.h"
#include "detector/syncvar/sync_var.h"

namespace gorace::detector {
namespace {

// Blocks are looked for backwards from an address within; larger ones are found only near their start.
constexpr size_t kMaxSearchBytes = size_t{1} << 32;

// From this size on a freed block's shadow is given back to the system at once; smaller ones keep their history until
// they are handed out again, which forgets it.
constexpr size_t kDiscardedFreeBytes = size_t{64} << 10;

// glibc keeps the size of a block, and three flags in its lowest bits, in front of it.
size_t header_of(const void* block) { return static_cast<const size_t*>(block)[-1]; }

// A block that has a mapping of its own is unmapped when it is freed: its addresses may be given to anybody, behind the
// interceptors' back (a library that is loaded, a thread's stack). The second bit of its header says so.
bool is_mapped(const void* block) { return (header_of(block) & 2) != 0; }

[[gnu::noinline]] void forget_meta_of(const void* block) {
  forget_meta(reinterpret_cast<uintptr_t>(block), malloc_usable_size(const_cast<void*>(block)));
}

// forget_window: a block begins or ends outside of windows. What was done to it in one lies behind the next one's
// horizon, but what hangs on its addresses would be taken for that of another block. As a rule nothing does, which the
// flags of its first and its last page say when it has no more. Its length by the header is a little more than it may
// use.
void forget_window(const void* block) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  const size_t length = header_of(block) & ~size_t{7};
  forget_lock_order(address, length);
  if (length <= kPageBytes && g_page_flags != nullptr) {
    const int flags = __atomic_load_n(page_flags_of(address), __ATOMIC_RELAXED) |
                      __atomic_load_n(page_flags_of(address + length), __ATOMIC_RELAXED);
    if ((flags & kPageHasMeta) == 0) return;
  }
  forget_meta_of(block);
}

// In windows; out of line, so that outside no register is saved for it.
[[gnu::noinline]] void begin_block(void* block, size_t bytes, const void* caller_frame) {
  note_unsafe_call("malloc", CallSite::of_frame(caller_frame));
  const auto address = reinterpret_cast<uintptr_t>(block);
  // What malloc rounded up may be used too (malloc_usable_size).
  const size_t usable = malloc_usable_size(block);
  reset_memory(block, usable);
  Context* context = watched_context();
  if (context == nullptr) {
    forget_meta(address, usable);
    return;
  }
  begin_heap_block({.address = address,
                    .bytes = bytes,
                    .allocated_at = origin_of_call(context, CallSite::of_frame(caller_frame), AccessKind::kAllocate),
                    .strand = context->strand},
                   usable);
}

// The loader's own code: [low, high). What it frees (dlclose) it orders by a lock of its own, which nobody sees, with
// those who walk its lists.
struct CodeRange {
  uintptr_t low = 0;
  uintptr_t high = 0;
};

CodeRange find_loader() {
  const uintptr_t base = getauxval(AT_BASE);
  if (base == 0) return {};
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(base);
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(base + header->e_phoff);
  CodeRange range{base, base};
  for (int i = 0; i < header->e_phnum; ++i) {
    const uintptr_t end = base + segments[i].p_vaddr + segments[i].p_memsz;
    if (segments[i].p_type == PT_LOAD && end > range.high) range.high = end;
  }
  return range;
}

constinit CodeRange g_loader;  // written before main
__attribute__((constructor(102))) void note_loader() { g_loader = find_loader(); }

bool is_loader(const CallSite& site) { return site.pc - g_loader.low < g_loader.high - g_loader.low; }

// write_freed: the free as an access. A mapping's addresses may be anybody's afterwards, so they get no mark.
void write_freed(void* block, size_t bytes, CallSite site) {
  Context* context = recording_context();
  if (context == nullptr) return;
  const OriginId origin = origin_of_call(context, site, AccessKind::kFree);
  prefetch_heap_cell(reinterpret_cast<uintptr_t>(block));
  // A mark names no epoch: it would outlive the window.
  if (is_mapped(block) || is_sampled_program()) {
    access_memory(context, block, bytes, /*is_write=*/true, origin);
  } else {
    free_memory(context, block, bytes, origin);
  }
}

[[gnu::noinline]] void end_block(void* block, const void* caller_frame) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  // Mostly out of the caches by now. They come while the stack is looked up.
  __builtin_prefetch(meta_word(address), /*write*/ 1);
  __builtin_prefetch(shadow_words(address), /*write*/ 1);
  const size_t usable = malloc_usable_size(block);
  const size_t checked = usable < kCheckedFreeBytes ? usable : kCheckedFreeBytes;
  const CallSite site = CallSite::of_frame(caller_frame);
  note_unsafe_call("free", site);
  if (is_loader(site)) {
    reset_memory(block, checked);
  } else {
    write_freed(block, checked, site);
  }
  if (usable >= kDiscardedFreeBytes) reset_memory(static_cast<char*>(block) + checked, usable - checked);
  forget_sync_vars(address, usable);
  forget_lock_order(address, usable);
  mark_heap_cell_freed(address);
}

// Inside the detector (it allocates nothing from malloc itself, but the unwinder may, and so may a signal handler)
// nothing is recorded.
void on_allocated(void* block, size_t bytes, const void* caller_frame) {
  if (in_detector()) return;
  if (!is_outside_of_windows()) return begin_block(block, bytes, caller_frame);
  forget_window(block);
}

void on_freeing(void* block, const void* caller_frame) {
  if (in_detector()) return;
  if (!is_outside_of_windows()) return end_block(block, caller_frame);
  forget_window(block);
}

}  // namespace

constinit const runtime::AllocHooks kHeapHooks = {.allocated = on_allocated, .freeing = on_freeing};

bool find_heap_block(uintptr_t address, HeapBlock* out) {
  HeapCell cell;
  if (!previous_heap_cell(address, kMaxSearchBytes, &cell)) return false;
  const size_t bytes = cell.bytes == 0 ? 1 : cell.bytes;
  if (address - cell.address >= bytes) return false;
  Context strand;
  if (cell.strand != 0) describe_strand(cell.strand, &strand);
  *out = {.address = cell.address,
          .bytes = cell.bytes,
          .allocated_at = cell.allocated_at,
          .allocated_by = strand.id,
          .allocated_by_kind = strand.kind,
          .freed = cell.is_freed,
          .is_strand_known = cell.strand != 0};
  return true;
}

}  // namespace gorace::detector
