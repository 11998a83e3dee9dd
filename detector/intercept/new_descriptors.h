// What each function that makes descriptors tells: that their numbers stand for new files (file_clocks.h), and where
// they were made (descriptors.h).
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_INTERCEPT_NEW_DESCRIPTORS_H_
#define GORACE_DETECTOR_INTERCEPT_NEW_DESCRIPTORS_H_

#include "detector/intercept/descriptors.h"
#include "detector/intercept/file_clocks.h"

namespace gorace::detector {

// opened: `fd` is what the function returned, a descriptor or an error.
inline int opened(int fd, CallSite site) {
  if (fd < 0) return fd;
  on_file_opened(fd);
  on_descriptor_opened(fd, site);
  return fd;
}

// opened_pair: `edges` tells how the two ends order each other.
inline void opened_pair(void (*edges)(int, int), const int ends[2], CallSite site) {
  edges(ends[0], ends[1]);
  on_descriptor_opened(ends[0], site);
  on_descriptor_opened(ends[1], site);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_NEW_DESCRIPTORS_H_
