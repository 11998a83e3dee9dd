// Deadlock: every goroutine waits, and nothing in the process is left that could wake one.
//
// Proved, not guessed: all P are idle, no timer is pending, no goroutine is in blocking(), every attached thread waits
// in park(), no goroutine waits for a socket, nobody announced events from outside, and the process has no thread that the
// runtime does not know. Such a process cannot change by itself (signal handlers aside, which must not touch channels).
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "runtime/base/real.h"
#include "runtime/dump/dump.h"
#include "runtime/netpoll/netpoll.h"
#include "runtime/sched/scheduler.h"

namespace gorace::runtime {
namespace {

// ThreadSanitizer keeps a thread of its own.
constexpr int kSanitizerThreads = kThreadSanitizer ? 1 : 0;

struct DirectoryEntry {  // struct linux_dirent64
  uint64_t inode;
  int64_t offset;
  uint16_t bytes;
  uint8_t type;
  char name[];
};

// count_threads counts the process's threads; -1 when /proc is not there.
int count_threads() {
  const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd < 0) return -1;
  int count = 0;
  alignas(8) char buffer[4096];
  long bytes;
  while ((bytes = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0) {
    for (long at = 0; at < bytes;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      if (entry->name[0] != '.') ++count;
      at += entry->bytes;
    }
  }
  syscall(SYS_close, fd);
  return count;
}

// all_asleep: an M without a P is not enough, it may be about to take one.
bool all_asleep_locked() {
  for (M* m = first_machine(); m != nullptr; m = m->all_next) {
    if (m->tid.load(std::memory_order_acquire) == 0) continue;
    if (m->kind != MKind::kAttached) {
      if (!m->idle) return false;
    } else if (!m->thread_g->rare.asleep.load(std::memory_order_acquire) ||
               m->thread_g->status.load(std::memory_order_acquire) != GStatus::kWaiting) {
      return false;
    }
  }
  return true;
}

// nothing_runs: the caller holds the lock, so that no P changes hands meanwhile.
bool nothing_runs_locked() {
  return g_sched.idle_p_count.load(std::memory_order_relaxed) == g_sched.max_procs.load(std::memory_order_relaxed) &&
         g_sched.detached_ps.load(std::memory_order_relaxed) == 0 &&
         g_sched.global_size.load(std::memory_order_relaxed) == 0 &&
         g_sched.spinning.load(std::memory_order_relaxed) == 0 &&
         g_sched.blocking.load(std::memory_order_relaxed) == 0 && !any_queue_has_work() && earliest_timer() == kNever &&
         all_asleep_locked();
}

}  // namespace

IdleVerdict check_deadlock() {
  const M* main = g_sched.main_machine;
  if (main == nullptr)
    return IdleVerdict::kNothingWaits;  // main runs code that is not ours, and always will be able to
  g_sched.lock.lock();
  const bool nothing_runs = nothing_runs_locked();
  g_sched.lock.unlock();
  if (!nothing_runs) return IdleVerdict::kWorking;
  if (g_sched.external_wakers.load(std::memory_order_relaxed) != 0) return IdleVerdict::kWorking;
  if (g_netpoll.waiters.load(std::memory_order_relaxed) != 0) return IdleVerdict::kWorking;  // as in Go: the peer may act
  const bool main_lives = main->tid.load(std::memory_order_acquire) != 0;
  const int known = internal_thread_count() + (main_lives ? 1 : 0) + attached_thread_count() + kSanitizerThreads;
  if (count_threads() != known) return IdleVerdict::kOtherThreads;
  // Once more: the threads were counted after the first look.
  g_sched.lock.lock();
  const bool still = nothing_runs_locked();
  g_sched.lock.unlock();
  if (!still) return IdleVerdict::kWorking;
  if (goroutine_count() == 0 && attached_thread_count() == 0) {
    fatal_error("no goroutines (main called runtime.Goexit) - deadlock!");
  }
  fatal_deadlock();
}

void add_external_wakers(int change) { g_sched.external_wakers.fetch_add(change, std::memory_order_relaxed); }

}  // namespace gorace::runtime
