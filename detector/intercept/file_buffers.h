// The program's buffers that a system call fills or sends: checked as accesses, together with the order that the file
// gives (file_clocks.h).
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_INTERCEPT_FILE_BUFFERS_H_
#define GORACE_DETECTOR_INTERCEPT_FILE_BUFFERS_H_

#include <sys/types.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstddef>

#include "detector/abi/access_check.h"
#include "detector/intercept/descriptors.h"
#include "detector/intercept/file_clocks.h"

namespace gorace::detector {

inline constexpr size_t kWholeVectors = static_cast<size_t>(-1);

// check_vectors: the buffers in `vectors` that `bytes` bytes were read into or written from.
inline void check_vectors(const iovec* vectors, size_t count, size_t bytes, Direction direction, CallSite site) {
  for (size_t i = 0; i < count && bytes != 0; ++i) {
    const size_t part = std::min(bytes, vectors[i].iov_len);
    check_range(vectors[i].iov_base, part, direction, site);
    bytes -= part;
  }
}

// after_read: the kernel has written `bytes` (or an error) into the buffer.
inline ssize_t after_read(int fd, void* buffer, ssize_t bytes, CallSite site) {
  if (bytes < 0) return bytes;
  on_descriptor_used(fd, site);
  on_file_read(fd, buffer, static_cast<size_t>(bytes));
  check_range(buffer, static_cast<size_t>(bytes), Direction::kWrite, site);
  return bytes;
}

inline ssize_t after_read(int fd, const iovec* vectors, size_t count, ssize_t bytes, CallSite site) {
  if (bytes < 0) return bytes;
  on_descriptor_used(fd, site);
  on_file_acquire(fd);
  check_vectors(vectors, count, static_cast<size_t>(bytes), Direction::kWrite, site);
  return bytes;
}

inline void before_write(int fd, const void* buffer, size_t bytes, CallSite site) {
  check_range(buffer, bytes, Direction::kRead, site);
  on_descriptor_used(fd, site);
  on_file_release(fd);
}

inline void before_write(int fd, const iovec* vectors, size_t count, CallSite site) {
  check_vectors(vectors, count, kWholeVectors, Direction::kRead, site);
  on_descriptor_used(fd, site);
  on_file_release(fd);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_FILE_BUFFERS_H_
