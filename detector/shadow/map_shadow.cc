// Mapping the shadow. Its place is fixed (abi.h), so something of the program may lie there already, or two of its
// mappings may fold onto the same shadow: both happen only under unusual address layouts (vm.mmap_rnd_bits=32, a stack
// without a limit), and go away with another (run_again.h).
#include <atomic>
#include <cerrno>

#include "detector/memory/region.h"
#include "detector/shadow/access.h"
#include "detector/shadow/address_layout.h"
#include "detector/shadow/fault_ahead.h"
#include "detector/shadow/page_flags.h"
#include "detector/shadow/run_again.h"

namespace gorace::detector {

constinit uint8_t* g_page_flags = nullptr;

namespace {

constinit std::atomic<bool> g_mapped{false};

void reserve_or_run_again(uintptr_t address, size_t bytes, const char* what) {
  const int error = reserve_fixed_region(address, bytes);
  if (error == EEXIST) run_again();
  if (error != 0) die_without_memory(bytes, what, error);
}

}  // namespace

bool shadow_mapped() { return g_mapped.load(std::memory_order_relaxed); }

// Runs before there is a second thread.
void map_shadow() {
  if (shadow_mapped()) return;
  if (layout_folds_onto_itself()) run_again();
  reserve_or_run_again(GORACE_SHADOW_BASE, GORACE_SHADOW_BYTES, "shadow memory");
  reserve_or_run_again(GORACE_META_BASE, GORACE_META_BYTES, "shadow memory");
  g_page_flags = static_cast<uint8_t*>(reserve_region(kPageFlagsBytes, "shadow memory"));
  g_known_pages = static_cast<uint8_t*>(reserve_region(kPageFlagsBytes, "shadow memory"));
  restore_after_run_again();
  g_mapped.store(true, std::memory_order_relaxed);
}

}  // namespace gorace::detector
