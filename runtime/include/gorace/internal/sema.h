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

// GORACE_INLINE_LOCKS: the uncontended path of a mutex is inlined, as assembly: the compiler plugin instruments what
// the compiler can read, and would take the lock's own work for the program's. Not under ThreadSanitizer, which must
// see it.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(GORACE_NO_INLINE_LOCKS)
#define GORACE_INLINE_LOCKS 1
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#undef GORACE_INLINE_LOCKS
#endif
#endif
#endif

namespace gorace::runtime {
extern int g_observer_count;  // runtime/hooks.h
}

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

// take_word changes a mutex's word from 0 to 1 and tells whether it did. give_word decrements it when it is 1, and
// tells whether it is 0 now. Both look first, so that with waiters there no locked instruction is wasted; and both do
// nothing, and return false, when observers must be told: then the library does the work. *decremented: give_word
// changed it. A locked instruction of x86-64 is both acquire and release.
#if defined(GORACE_INLINE_LOCKS)
[[gnu::always_inline]] inline bool take_word(std::atomic<uint32_t>& word) {
  bool taken;
  uint32_t free = 0;
  asm volatile(
      "cmpl $0, %[observers]\n\t"
      "jne 1f\n\t"
      "cmpl $0, %[word]\n\t"
      "jne 1f\n\t"
      "lock cmpxchgl %[held], %[word]\n"
      "1:"  // ZF: taken
      : "=@ccz"(taken), [word] "+m"(word), "+a"(free)
      : [observers] "m"(runtime::g_observer_count), [held] "r"(1)
      : "memory");
  return taken;
}
[[gnu::always_inline]] inline bool give_word(std::atomic<uint32_t>& word, bool* decremented) {
  bool given;
  int changed = 0;
  asm volatile(
      "cmpl $0, %[observers]\n\t"
      "jne 1f\n\t"
      "cmpl $1, %[word]\n\t"
      "jne 1f\n\t"
      "movl $1, %[changed]\n\t"
      "lock decl %[word]\n"
      "1:"  // ZF: given
      : "=@ccz"(given), [word] "+m"(word), [changed] "+r"(changed)
      : [observers] "m"(runtime::g_observer_count)
      : "memory");
  *decremented = changed != 0;
  return given;
}
#else
inline bool take_word(std::atomic<uint32_t>&) { return false; }
inline bool give_word(std::atomic<uint32_t>&, bool* decremented) { return *decremented = false; }
#endif

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
