#include "runtime/stack/guard.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "runtime/base/raw_writer.h"
#include "runtime/sched/sanitizer.h"

namespace gorace::runtime {
namespace {

constexpr int kMadvGuardInstall = 102;  // <linux/mman.h> of 6.13; older C libraries do not name it

constexpr int kPidfdSelfGroup = -10001;  // PIDFD_SELF_THREAD_GROUP: this process, without a file descriptor

enum class Method : int { kUnknown, kMadvise, kMprotect, kNone };

// The first guard decides: the kernel knows the advice or not. LeakSanitizer reads whole mappings that /proc/self/maps
// calls readable, and would run into a guard that it cannot see there.
std::atomic<Method> g_method{kAddressSanitizer ? Method::kMprotect : Method::kUnknown};

// With mprotect a guard costs two of the process's mappings. Half of what the kernel allows is left to the program:
// beyond it, its own mmap (and malloc) would fail.
std::atomic<long> g_mprotect_left{-1};

long read_max_map_count() {
  long count = 65530;  // the kernel's default
  const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, "/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC));
  if (fd < 0) return count;
  char text[32] = {};
  if (syscall(SYS_read, fd, text, sizeof text - 1) > 0) count = strtol(text, nullptr, 10);
  syscall(SYS_close, fd);
  return count;
}

bool protect(void* address, size_t bytes) {
  long unknown = -1;
  if (g_mprotect_left.load(std::memory_order_relaxed) == unknown) {
    g_mprotect_left.compare_exchange_strong(unknown, read_max_map_count() / 4, std::memory_order_relaxed);
  }
  if (g_mprotect_left.fetch_sub(1, std::memory_order_relaxed) <= 0) {
    g_mprotect_left.store(0, std::memory_order_relaxed);
    return false;
  }
  return mprotect(address, bytes, PROT_NONE) == 0;
}

// Cleared when the kernel refuses to guard several stacks in one call.
std::atomic<bool> g_vectored{true};

// guard_at_once needs 0.5 us a stack, a call for each 0.9.
bool guard_at_once(uintptr_t low, size_t stride, size_t bytes, int count) {
  iovec ranges[kMaxGuards];
  for (int i = 0; i < count; ++i) ranges[i] = {reinterpret_cast<void*>(low + static_cast<size_t>(i) * stride), bytes};
  const long advised = syscall(SYS_process_madvise, kPidfdSelfGroup, ranges, count, kMadvGuardInstall, 0);
  return advised == static_cast<long>(bytes) * count;
}

// believes_anything: the system says yes to any advice, and follows none (qemu's emulation of user programs).
bool believes_anything(void* address, size_t bytes) {
  constexpr int kNoSuchAdvice = 0x7fff;
  return madvise(address, bytes, kNoSuchAdvice) == 0;
}

void say_unguarded() {
  RawWriter out(2);
  out << "gorace: no more guard pages for goroutine stacks: they would take more than half of the mappings that the "
         "kernel allows; a stack"
         " overflow in a new goroutine will not be caught. Raise sysctl vm.max_map_count, or use Linux 6.13 or newer\n";
}

}  // namespace

bool install_guard(uintptr_t low, size_t bytes) {
  void* const address = reinterpret_cast<void*>(low);
  Method method = g_method.load(std::memory_order_relaxed);
  if (method == Method::kUnknown || method == Method::kMadvise) {
    const bool trusted = method == Method::kMadvise || !believes_anything(address, bytes);
    if (trusted && madvise(address, bytes, kMadvGuardInstall) == 0) {
      if (method == Method::kUnknown) g_method.store(Method::kMadvise, std::memory_order_relaxed);
      return true;
    }
    // EINVAL: an old kernel, or locked memory (mlockall). This stack can still have the other kind.
    if (method == Method::kUnknown) g_method.store(Method::kMprotect, std::memory_order_relaxed);
    method = Method::kMprotect;
  }
  if (method == Method::kNone) return false;
  if (protect(address, bytes)) return true;
  if (g_method.exchange(Method::kNone, std::memory_order_relaxed) != Method::kNone) say_unguarded();
  return false;
}

void install_guards(uintptr_t low, size_t stride, size_t bytes, int count) {
  if (count > 1 && g_method.load(std::memory_order_relaxed) == Method::kMadvise &&
      g_vectored.load(std::memory_order_relaxed)) {
    if (guard_at_once(low, stride, bytes, count)) return;
    g_vectored.store(false, std::memory_order_relaxed);
  }
  for (int i = 0; i < count; ++i) install_guard(low + static_cast<size_t>(i) * stride, bytes);
}

}  // namespace gorace::runtime
