// The wait queue inside gorace's locks. Not for direct use.
//
// What changes these fields is compiled into the library, so that nothing of a lock's own work is instrumented with the
// user's files.
#ifndef GORACE_INTERNAL_SEMA_H_
#define GORACE_INTERNAL_SEMA_H_

#include <gorace/internal/language.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace gorace::internal {

struct SyncWaiter;  // runtime/sync/sema.h

// Sema: a counting semaphore with a queue of parked goroutines, and a word that belongs to the lock around it. 16
// bytes.
struct Sema {
  std::atomic<uint32_t> word{0};
  std::atomic<bool> lock{false};
  uint16_t permits = 0;
  SyncWaiter* last = nullptr;  // circular list, last->next is the first
};

// forget_object tells observers that a new object begins at an address where another one may have been. So locks need
// no destructor.
void forget_object(const void* address, size_t bytes) noexcept;

// lock_born is forget_object for a lock's constructor. It also counts as a write of the lock, as locking counts as a
// read: a lock that is made anew while another goroutine uses it is reported as a race.
void lock_born(const void* address, size_t bytes) noexcept;

constexpr void object_born(const void* address, size_t bytes) noexcept {
  if (!std::is_constant_evaluated()) forget_object(address, bytes);
}

}  // namespace gorace::internal

#endif  // GORACE_INTERNAL_SEMA_H_
