// The processor limit of the cgroup that this process is in, for the default of GOMAXPROCS. A container that may use
// two processors' worth of time on a machine of 64 is stopped for most of each period when 64 threads share it.
//
// Thread safety: none; procs.cc reads under a lock of its own. No malloc.
#ifndef GORACE_RUNTIME_SCHED_CGROUP_H_
#define GORACE_RUNTIME_SCHED_CGROUP_H_

#include <cstddef>
#include <string_view>

namespace gorace::runtime {

class CpuCgroup {
 public:
  // find looks up where the cgroup's files are, version 1 or 2. `root` is put in front of every path: empty but in
  // tests. False when the process is in no cgroup with a processor controller.
  bool find(std::string_view root = {});

  // limit reads quota / period, in processors: the least of the cgroup and those above it that can be seen (the kernel
  // enforces each; Go reads the innermost alone). 0: there is none, or the files say nothing sensible.
  double limit() const;

 private:
  static constexpr size_t kMaxPath = 4096;

  bool read_membership(std::string_view root);
  bool read_mounts(std::string_view root);
  bool use_mount(std::string_view line, std::string_view root);
  double limit_in(std::string_view directory) const;

  int version_ = 0;
  char path_[kMaxPath] = "";       // below the mount: from /proc/self/cgroup, then the whole path of the directory
  size_t mount_point_length_ = 0;  // of path_: what is above is no cgroup
};

// processors_allowed is Go's rule: a limit is rounded up, and counts as 2 at least, since a program with one processor
// cannot do anything while one goroutine computes.
int processors_allowed(int processors, double limit);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_CGROUP_H_
