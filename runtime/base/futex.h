// Futex: the kernel's wait on a 32-bit word. Raw system calls: nothing here is a pthread call that a detector intercepts.
#ifndef GORACE_RUNTIME_BASE_FUTEX_H_
#define GORACE_RUNTIME_BASE_FUTEX_H_

#include <atomic>
#include <cstdint>

namespace gorace::runtime {

// futex_wait sleeps while *word == expected, at most timeout_ns nanoseconds (negative: no limit). May wake spuriously.
// Preserves errno.
void futex_wait(std::atomic<uint32_t>* word, uint32_t expected, int64_t timeout_ns = -1);

// futex_wake wakes at most `count` waiters of `word`. Async-signal-safe. Preserves errno.
void futex_wake(std::atomic<uint32_t>* word, int count);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_FUTEX_H_
