// Own process: what /proc says of the program that runs. Asked of the calling thread: once main's thread has ended
// (pthread_exit in main), /proc/self is a zombie's, without an executable and without mappings.
//
// Thread safety: any thread; async-signal-safe but for errno.
#ifndef GORACE_RUNTIME_BASE_OWN_PROCESS_H_
#define GORACE_RUNTIME_BASE_OWN_PROCESS_H_

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

namespace gorace::runtime {

// read_executable_link writes the executable's path, without a NUL, and returns its length; -1 when it is not known.
inline long read_executable_link(char* path, size_t bytes) {
  const long length = syscall(SYS_readlinkat, AT_FDCWD, "/proc/thread-self/exe", path, bytes);
  // Before Linux 3.17, and in some sandboxes, threads have no such name.
  return length > 0 ? length : syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, bytes);
}

// open_mappings returns a descriptor of the list of mappings, or -1.
inline int open_mappings() {
  long fd = syscall(SYS_openat, AT_FDCWD, "/proc/thread-self/maps", O_RDONLY | O_CLOEXEC);
  if (fd < 0) fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
  return static_cast<int>(fd);
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_OWN_PROCESS_H_
