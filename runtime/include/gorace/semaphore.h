// Semaphore: a weighted semaphore, as golang.org/x/sync/semaphore.
//
//   gorace::Semaphore memory(64 << 20);
//   memory.acquire(image.size());
//   ...
//   memory.release(image.size());
//
// First come, first served: a large request that waits keeps later small ones waiting, so it is not starved.
//
// Thread safety: all functions, from goroutines, main and threads not made by gorace. 40 bytes, constant-initialised,
// trivially destructible.
//
// Ordering: a release happens before every later acquire.
//
// Errors: gorace::Panic "semaphore: released more than held", "semaphore: negative weight". A request beyond the
// semaphore's size can never be granted: acquire(n) blocks for ever, acquire(ctx, n) until ctx has ended.
#ifndef GORACE_SEMAPHORE_H_
#define GORACE_SEMAPHORE_H_

#include <atomic>
#include <cstdint>
#include <system_error>

#include <gorace/internal/sema.h>

namespace gorace {

class Context;
namespace internal {
struct SemaphoreWaiter;
}

class Semaphore {
 public:
  explicit constexpr Semaphore(int64_t size) noexcept : size_(size) { internal::object_born(this, sizeof(Semaphore)); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  void acquire(int64_t n = 1);
  // acquire with a context gives up when ctx ends and returns ctx.err(); otherwise the code is empty and n is held.
  // Fails also when there is room, once ctx has ended.
  [[nodiscard]] std::error_code acquire(const Context& ctx, int64_t n = 1);
  bool try_acquire(int64_t n = 1);
  void release(int64_t n = 1);

 private:
  friend struct internal::SemaphoreWaiter;
  bool take(int64_t n);
  void enqueue(internal::SemaphoreWaiter* waiter);
  void remove(internal::SemaphoreWaiter* waiter);
  internal::SemaphoreWaiter* grant();
  static void wake(internal::SemaphoreWaiter* granted);

  const int64_t size_;
  // Under lock_.
  int64_t held_ = 0;
  internal::SemaphoreWaiter* first_ = nullptr;
  internal::SemaphoreWaiter* last_ = nullptr;
  std::atomic<bool> lock_{false};
};

}  // namespace gorace

#endif  // GORACE_SEMAPHORE_H_
