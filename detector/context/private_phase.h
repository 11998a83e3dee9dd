// Private phase: the time before the program has its second strand. All that main does in it happens before whatever
// another strand will do, since each of those is created by main or by one that is, so no access need be recorded: the
// inline check is given an identity of zeros, with which it passes on memory that has no history.
//
// For the same reason atomic objects, mutexes and the like need no clock.
//
// What has a history all the same is judged and recorded as ever, by main's true identity: blocks that were freed.
// Which locks are held, their orders, heap blocks and descriptors are followed.
//
// The phase ends on main's own thread, before the event that lets another strand begin: a strand's creation, or the
// first release on one of the runtime's objects (a timer's goroutine has no creator, and is ordered after that). It
// does not come again: what other strands have left in the shadow would fail the check with zeros. Programs that are
// sampled have windows in its place.
//
// Thread safety: begins and ends while there is one strand; asked by any.
#ifndef GORACE_DETECTOR_CONTEXT_PRIVATE_PHASE_H_
#define GORACE_DETECTOR_CONTEXT_PRIVATE_PHASE_H_

#include <cstdint>

namespace gorace::detector {

extern bool g_private_phase;
// relaxed: a thread that another one has made was made after the end. libc's own threads, which have no strand, may ask
// too.
inline bool in_private_phase() { return __atomic_load_n(&g_private_phase, __ATOMIC_RELAXED); }

// begin_private_phase: the calling thread runs main's context, and there is no other.
void begin_private_phase();

void end_private_phase_slow();
inline void end_private_phase() {
  if (__builtin_expect(in_private_phase(), 0)) end_private_phase_slow();
}

// checked_identity is what accesses by the strand of this identity are compared with to find that they are recorded, or
// need not be.
inline uint64_t checked_identity(uint64_t identity) { return in_private_phase() ? 0 : identity; }

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_PRIVATE_PHASE_H_
