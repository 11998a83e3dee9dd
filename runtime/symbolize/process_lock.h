// ProcessLock: a mutex for work that may take long (symbolizing), so waiters sleep; and that a fork() cannot leave
// locked for ever.
//
// The word holds the process id of the process whose thread holds the lock. After fork() in the middle of somebody
// else's critical section the child finds its parent's id there, and takes the lock over: the holder does not exist in
// the child. What the lock protects must therefore be readable half-changed (server.cc starts afresh in a new process).
#ifndef GORACE_RUNTIME_SYMBOLIZE_PROCESS_LOCK_H_
#define GORACE_RUNTIME_SYMBOLIZE_PROCESS_LOCK_H_

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "runtime/base/futex.h"

namespace gorace::runtime {

class ProcessLock {
 public:
  constexpr ProcessLock() = default;
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;

  void lock() {
    const uint32_t mine = own_word();
    uint32_t seen = kFree;
    // acquire: pairs with the release in unlock().
    if (word_.compare_exchange_strong(seen, mine, std::memory_order_acquire, std::memory_order_relaxed)) return;
    for (;;) {
      const bool takeable = seen == kFree || (seen & ~kContended) != mine;
      if (takeable) {
        // Taken as contended: whether others wait is not known here, and an unneeded wake is harmless.
        if (word_.compare_exchange_weak(seen, mine | kContended, std::memory_order_acquire, std::memory_order_relaxed))
          return;
        continue;
      }
      if ((seen & kContended) == 0 &&
          !word_.compare_exchange_weak(seen, mine | kContended, std::memory_order_relaxed, std::memory_order_relaxed)) {
        continue;
      }
      futex_wait(&word_, mine | kContended);
      seen = word_.load(std::memory_order_relaxed);
    }
  }

  void unlock() {
    // release: pairs with the acquire in lock().
    if ((word_.exchange(kFree, std::memory_order_release) & kContended) != 0) futex_wake(&word_, 1);
  }

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kContended = 1;
  // Process ids have at most 22 bits.
  static uint32_t own_word() { return static_cast<uint32_t>(syscall(SYS_getpid)) << 1; }

  std::atomic<uint32_t> word_{kFree};
};

class ProcessLockHolder {
 public:
  explicit ProcessLockHolder(ProcessLock& lock) : lock_(lock) { lock_.lock(); }
  ~ProcessLockHolder() { lock_.unlock(); }
  ProcessLockHolder(const ProcessLockHolder&) = delete;
  ProcessLockHolder& operator=(const ProcessLockHolder&) = delete;

 private:
  ProcessLock& lock_;
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SYMBOLIZE_PROCESS_LOCK_H_
