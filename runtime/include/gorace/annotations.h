// Annotations: what the race detector cannot see by itself, said in the source. For C (C99 and later) and C++ (C++11
// and later); needs no other header of gorace. In a program that is not linked with the detector each costs one test of
// a constant address, and does nothing.
//
// GORACE_NO_INSTRUMENT
//     before a function: its accesses are not checked; its synchronisation and its calls are as ever. Before a global
//     variable: accesses to it are not checked, in the file that defines it.
//
// GORACE_HAPPENS_BEFORE(object), GORACE_HAPPENS_AFTER(object)
//     what was done before the first happens before what follows the second, when that comes later on any goroutine or
//     thread. `object` is any address, the same for both. For edges that the detector cannot see: assembly, shared
//     memory, other hardware.
//
// GORACE_LOCK_ACQUIRED(lock, is_exclusive), GORACE_LOCK_RELEASED(lock, is_exclusive), GORACE_LOCK_DESTROYED(lock)
//     the same for a lock of your own, which reports then name: after it was taken, before it is given back, before its
//     memory has another use.
//
// GORACE_BENIGN_RACE(variable, why), GORACE_BENIGN_RACE_SIZED(address, bytes, why)
//     races on these bytes are not reported, from here on, for the rest of the run.
//
// GORACE_IGNORE_ACCESSES_BEGIN(), GORACE_IGNORE_ACCESSES_END()
//     accesses of the running goroutine or thread between them are not checked, synchronisation is seen. They nest.
//     In C++: { gorace::IgnoreAccesses quiet; ... }
//
// A race that C++ calls undefined stays so: the compiler may still break the program. std::atomic with
// memory_order_relaxed costs as little and is right; prefer it.
//
// Thread safety: all may be used on any goroutine and thread.
#ifndef GORACE_ANNOTATIONS_H_
#define GORACE_ANNOTATIONS_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Weak: null where there is no detector. */
__attribute__((weak)) void __gorace_annotate_happens_before(const volatile void* object);
__attribute__((weak)) void __gorace_annotate_happens_after(const volatile void* object);
__attribute__((weak)) void __gorace_annotate_lock_acquired(const volatile void* lock, int is_exclusive);
__attribute__((weak)) void __gorace_annotate_lock_released(const volatile void* lock, int is_exclusive);
__attribute__((weak)) void __gorace_annotate_lock_destroyed(const volatile void* lock);
__attribute__((weak)) void __gorace_annotate_benign_race(const volatile void* address, size_t bytes, const char* why);
__attribute__((weak)) void __gorace_annotate_ignore_accesses(int is_begin);

#ifdef __cplusplus
}
#endif

#if defined(__clang__)
#define GORACE_NO_INSTRUMENT __attribute__((annotate("gorace.skip")))
#else
/* Other compilers reach the detector through -fsanitize=thread only, which knows no variables. */
#define GORACE_NO_INSTRUMENT __attribute__((no_sanitize("thread")))
#endif

#define GORACE_ANNOTATE_INTERNAL_(name, ...) \
  (&__gorace_annotate_##name ? __gorace_annotate_##name(__VA_ARGS__) : (void)0)

#define GORACE_HAPPENS_BEFORE(object) GORACE_ANNOTATE_INTERNAL_(happens_before, object)
#define GORACE_HAPPENS_AFTER(object) GORACE_ANNOTATE_INTERNAL_(happens_after, object)
#define GORACE_LOCK_ACQUIRED(lock, is_exclusive) GORACE_ANNOTATE_INTERNAL_(lock_acquired, lock, is_exclusive)
#define GORACE_LOCK_RELEASED(lock, is_exclusive) GORACE_ANNOTATE_INTERNAL_(lock_released, lock, is_exclusive)
#define GORACE_LOCK_DESTROYED(lock) GORACE_ANNOTATE_INTERNAL_(lock_destroyed, lock)
#define GORACE_BENIGN_RACE(variable, why) GORACE_BENIGN_RACE_SIZED(&(variable), sizeof(variable), why)
#define GORACE_BENIGN_RACE_SIZED(address, bytes, why) GORACE_ANNOTATE_INTERNAL_(benign_race, address, bytes, why)
#define GORACE_IGNORE_ACCESSES_BEGIN() GORACE_ANNOTATE_INTERNAL_(ignore_accesses, 1)
#define GORACE_IGNORE_ACCESSES_END() GORACE_ANNOTATE_INTERNAL_(ignore_accesses, 0)

#ifdef __cplusplus
namespace gorace {

// IgnoreAccesses: GORACE_IGNORE_ACCESSES_BEGIN and _END around a scope.
class IgnoreAccesses {
 public:
  IgnoreAccesses() { GORACE_IGNORE_ACCESSES_BEGIN(); }
  ~IgnoreAccesses() { GORACE_IGNORE_ACCESSES_END(); }
  IgnoreAccesses(const IgnoreAccesses&) = delete;
  IgnoreAccesses& operator=(const IgnoreAccesses&) = delete;
};

}  // namespace gorace
#endif

#endif  // GORACE_ANNOTATIONS_H_
