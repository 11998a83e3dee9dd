#include "detector/memory/region.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>

#include "runtime/base/raw_writer.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace gorace::detector {
namespace {

constexpr int kProtection = PROT_READ | PROT_WRITE;
constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

// raw_map returns the address, or the negated errno value as the kernel has it.
long raw_map(uintptr_t address, size_t bytes, int flags) {
  const int saved = errno;
  long result = syscall(SYS_mmap, address, bytes, kProtection, flags, -1, 0);
  if (result == -1) result = -errno;
  errno = saved;
  return result;
}

bool is_error(long result) { return result < 0 && result > -4096; }

// Sparse tables: a huge page would make 2 MB resident for one entry. A core dump would walk terabytes of them.
void advise_sparse(uintptr_t address, size_t bytes) {
  const int saved = errno;
  syscall(SYS_madvise, address, bytes, MADV_NOHUGEPAGE);
  syscall(SYS_madvise, address, bytes, MADV_DONTDUMP);
  errno = saved;
}

bool overcommit_is_strict() {
  const long fd = syscall(SYS_openat, AT_FDCWD, "/proc/sys/vm/overcommit_memory", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char mode = 0;
  const long got = syscall(SYS_read, fd, &mode, 1);
  syscall(SYS_close, fd);
  return got == 1 && mode == '2';
}

rlim_t limit_of(decltype(RLIMIT_AS) resource) {
  rlimit limit{};
  return getrlimit(resource, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

}  // namespace

void die_without_memory(size_t bytes, const char* what, int error) {
  const rlim_t address_space = limit_of(RLIMIT_AS);
  const rlim_t data = limit_of(RLIMIT_DATA);
  {
    runtime::RawWriter out(2);
    out << "gorace: cannot reserve " << (bytes >> 30) << " GiB of address space for " << what << ": ";
    if (address_space != RLIM_INFINITY) {
      out << "the limit on virtual memory is " << (address_space >> 20) << " MiB; lift it with: ulimit -v unlimited\n";
    } else if (data != RLIM_INFINITY) {
      out << "the limit on data is " << (data >> 20) << " MiB; lift it with: ulimit -d unlimited\n";
    } else if (overcommit_is_strict()) {
      out << "vm.overcommit_memory is 2, which counts reserved address space as memory; set it to 0 or 1\n";
    } else {
      out << "the system refused (errno " << error << ")\n";
    }
  }
  _exit(2);
}

void* reserve_region(size_t bytes, const char* what) {
  const long result = raw_map(0, bytes, kFlags);
  if (is_error(result)) die_without_memory(bytes, what, static_cast<int>(-result));
  advise_sparse(static_cast<uintptr_t>(result), bytes);
  return reinterpret_cast<void*>(result);
}

int reserve_fixed_region(uintptr_t address, size_t bytes) {
  const long result = raw_map(address, bytes, kFlags | MAP_FIXED_NOREPLACE);
  if (is_error(result)) return static_cast<int>(-result);
  if (static_cast<uintptr_t>(result) != address) {
    // Kernels before 4.17 take the flag for a hint.
    syscall(SYS_munmap, result, bytes);
    return EEXIST;
  }
  advise_sparse(address, bytes);
  return 0;
}

void populate_pages(void* start, size_t bytes) {
  const int saved = errno;
  // Since Linux 5.14. Without it the pages come as they are met.
  syscall(SYS_madvise, start, bytes, MADV_POPULATE_WRITE);
  errno = saved;
}

void discard_pages(void* start, size_t bytes) {
  const int saved = errno;
  if (syscall(SYS_madvise, start, bytes, MADV_DONTNEED) != 0) __builtin_memset(start, 0, bytes);
  errno = saved;
}

}  // namespace gorace::detector
