// Fences: whether the program has any. Following fences makes each relaxed load look for its object's clock, so
// programs without pay nothing.
//
// It must be known before the first relaxed load, since a later acquire fence orders what earlier relaxed loads saw. So
// it is decided at link time: __tsan_atomic_thread_fence is a member of its own of an ordinary archive, linked only
// when some object calls it, and start() looks whether it is there. Modules of gorace's pass say it in their
// constructor. Only a shared library that is opened later and brings the first fence of the program is followed from
// its first fence on.
#ifndef GORACE_DETECTOR_ABI_FENCES_H_
#define GORACE_DETECTOR_ABI_FENCES_H_

#include <atomic>

namespace gorace::detector {

extern std::atomic<bool> g_fences_in_use;

// relaxed: set before the program's threads exist, or by a fence that the reader synchronises with.
inline bool fences_in_use() { return g_fences_in_use.load(std::memory_order_relaxed); }
inline void enable_fences() { g_fences_in_use.store(true, std::memory_order_relaxed); }

// enable_fences_if_linked is the look at link time's decision.
void enable_fences_if_linked();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_FENCES_H_
