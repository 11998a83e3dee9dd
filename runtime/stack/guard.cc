#include "runtime/stack/guard.h"

#include <sys/mman.h>

#include <atomic>
#include <cerrno>

#include "runtime/base/raw_writer.h"
#include "runtime/sched/sanitizer.h"

namespace gorace::runtime {
namespace {

constexpr int kMadvGuardInstall = 102;  // <linux/mman.h> of 6.13; older C libraries do not name it

enum class Method : int { kUnknown, kMadvise, kMprotect, kNone };

// The first guard decides: the kernel knows the advice or not. LeakSanitizer reads whole mappings that /proc/self/maps calls
// readable, and would run into a guard that it cannot see there.
std::atomic<Method> g_method{kAddressSanitizer ? Method::kMprotect : Method::kUnknown};

void say_unguarded() {
  RawWriter out(2);
  out << "gorace: no more guard pages for goroutine stacks: the kernel refused a mapping (errno " << errno
      << "); a stack overflow in a new goroutine will not be caught. Raise sysctl vm.max_map_count, or use Linux 6.13 or newer\n";
}

}  // namespace

bool install_guard(uintptr_t low, size_t bytes) {
  void* const address = reinterpret_cast<void*>(low);
  Method method = g_method.load(std::memory_order_relaxed);
  if (method == Method::kUnknown || method == Method::kMadvise) {
    if (madvise(address, bytes, kMadvGuardInstall) == 0) {
      if (method == Method::kUnknown) g_method.store(Method::kMadvise, std::memory_order_relaxed);
      return true;
    }
    // EINVAL: an old kernel, or locked memory (mlockall). This stack can still have the other kind.
    if (method == Method::kUnknown) g_method.store(Method::kMprotect, std::memory_order_relaxed);
    method = Method::kMprotect;
  }
  if (method == Method::kNone) return false;
  if (mprotect(address, bytes, PROT_NONE) == 0) return true;
  if (g_method.exchange(Method::kNone, std::memory_order_relaxed) != Method::kNone) say_unguarded();
  return false;
}

}  // namespace gorace::runtime
