// Mutexes that the program tells of by hand: ThreadSanitizer's __tsan_mutex_* and Valgrind's ANNOTATE_RWLOCK_*. Here is
// what of them the detector must remember to find misuse: who holds one, how often, and how it may be used.
//
// Thread safety: any thread; each mutex is guarded by a spin lock that it shares with a 64th of all.
#ifndef GORACE_DETECTOR_INTERCEPT_ANNOTATED_MUTEX_H_
#define GORACE_DETECTOR_INTERCEPT_ANNOTATED_MUTEX_H_

#include <cstdint>

#include "detector/abi/call_stack.h"
#include "detector/context/context.h"

namespace gorace::detector {

// The flags of sanitizer/tsan_interface.h.
inline constexpr unsigned kLinkerInit = 1 << 0;  // may be used before its constructor and after its destructor
inline constexpr unsigned kReadLock = 1 << 3;
inline constexpr unsigned kTryLock = 1 << 4;
inline constexpr unsigned kTryLockFailed = 1 << 5;
inline constexpr unsigned kRecursiveLock = 1 << 6;
inline constexpr unsigned kRecursiveUnlock = 1 << 7;
inline constexpr unsigned kNotStatic = 1 << 8;

// Each is an event of the running strand; none does anything on a strand that is not watched.
void annotated_mutex_create(uintptr_t mutex, unsigned flags, CallSite site);
void annotated_mutex_destroy(uintptr_t mutex, unsigned flags, CallSite site);
void annotated_mutex_lock(uintptr_t mutex, unsigned flags, int recursion, CallSite site);
// Returns how often the strand had locked it when flags has kRecursiveUnlock, else 1.
int annotated_mutex_unlock(uintptr_t mutex, unsigned flags, CallSite site);
void annotated_mutex_read_lock(uintptr_t mutex, unsigned flags, CallSite site);
void annotated_mutex_read_unlock(uintptr_t mutex, CallSite site);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_ANNOTATED_MUTEX_H_
