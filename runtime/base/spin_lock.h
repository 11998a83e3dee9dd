// SpinLock: a small test-and-set lock for the runtime's own short critical sections.
//
// Thread safety: that is its purpose. Never held across a goroutine switch except where park() is told to release it, and
// never while user code runs. It may be taken in code that runs inside malloc, so it allocates nothing.
#ifndef GORACE_RUNTIME_BASE_SPIN_LOCK_H_
#define GORACE_RUNTIME_BASE_SPIN_LOCK_H_

#include <sched.h>

#include <atomic>

namespace gorace::runtime {

inline void cpu_relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

class SpinLock {
 public:
  constexpr SpinLock() = default;
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

  void lock() {
    // acquire: pairs with the release in unlock().
    if (!locked_.exchange(true, std::memory_order_acquire)) return;
    lock_slow();
  }
  bool try_lock() {
    return !locked_.load(std::memory_order_relaxed) && !locked_.exchange(true, std::memory_order_acquire);
  }
  void unlock() { locked_.store(false, std::memory_order_release); }
  // is_held: somebody has it at this moment. acquire: what the last holder did is seen when it has not.
  bool is_held() const { return locked_.load(std::memory_order_acquire); }

 private:
  void lock_slow() {
    for (int spins = 0;; ++spins) {
      while (locked_.load(std::memory_order_relaxed)) {
        // With fewer cores than threads the holder may not be running: after a short spin give it the core.
        if (++spins < 100) {
          cpu_relax();
        } else {
          sched_yield();
        }
      }
      if (!locked_.exchange(true, std::memory_order_acquire)) return;
    }
  }

  std::atomic<bool> locked_{false};
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_SPIN_LOCK_H_
