// The default of GOMAXPROCS: as Go's since 1.25, the processors of the affinity mask, or fewer when the cgroup limits
// how much of them the process may use. Unless the program or the environment chose a number, sysmon looks once a
// second whether it is another now.
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "runtime/base/options.h"
#include "runtime/base/spin_lock.h"
#include "runtime/sched/cgroup.h"
#include "runtime/sched/scheduler.h"

namespace gorace::runtime {
namespace {

constexpr int64_t kFollowIntervalNs = 1'000'000'000;  // Go's

std::atomic<bool> g_chosen{false};  // by the program or the environment: the default has no say

SpinLock g_lock;  // guards what follows, and that a value that was read is still the newest when it is set
constinit CpuCgroup g_cgroup;
int64_t g_looked_at_ns = 0;

int cpus_of_affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    const int count = CPU_COUNT(&set);
    if (count > 0) return count;
  }
  const long online = sysconf(_SC_NPROCESSORS_ONLN);  // more than 1024 processors: the set above is too small
  return online > 0 ? static_cast<int>(online) : 1;
}

int default_procs_locked() { return std::min(processors_allowed(cpus_of_affinity(), g_cgroup.limit()), kMaxProcs); }

void find_cgroup_locked(std::string_view root) {
  if (options().containermaxprocs) g_cgroup.find(root);
}

}  // namespace

void hold_default_procs() { g_lock.lock(); }
void drop_default_procs() { g_lock.unlock(); }

// initial_max_procs: as Go, a GOMAXPROCS that is no positive number of 32 bits is ignored; one that is too large is cut.
int initial_max_procs() {
  if (const char* text = getenv("GOMAXPROCS"); text != nullptr && *text != '\0') {
    char* end = nullptr;
    const long wanted = strtol(text, &end, 10);
    if (*end == '\0' && wanted > 0 && wanted <= INT32_MAX) {
      keep_max_procs();
      return static_cast<int>(std::min<long>(wanted, kMaxProcs));
    }
  }
  g_lock.lock();
  find_cgroup_locked({});
  const int procs = default_procs_locked();
  g_lock.unlock();
  return procs;
}

void keep_max_procs() { g_chosen.store(true, std::memory_order_relaxed); }

void set_default_max_procs(std::string_view cgroup_root) {
  current_m_attached();
  g_lock.lock();
  find_cgroup_locked(cgroup_root);
  g_chosen.store(false, std::memory_order_relaxed);
  change_max_procs(default_procs_locked());
  g_lock.unlock();
}

void follow_default_max_procs(int64_t now) {
  if (!options().updatemaxprocs || g_chosen.load(std::memory_order_relaxed)) return;
  g_lock.lock();
  if (now - g_looked_at_ns >= kFollowIntervalNs) {
    g_looked_at_ns = now;
    const int procs = default_procs_locked();
    const bool changed = procs != g_sched.max_procs.load(std::memory_order_relaxed);
    if (changed && !g_chosen.load(std::memory_order_relaxed)) change_max_procs(procs);
  }
  g_lock.unlock();
}

}  // namespace gorace::runtime
