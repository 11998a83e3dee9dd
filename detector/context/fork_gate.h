// Fork gate: while a thread forks, no other is inside the detector, so that the child finds none of the detector's
// locks held by a thread that it does not have. Closing it stops further threads at the door (enter_detector) and waits
// for those inside.
//
// The door costs a load and a branch: the thread that closes runs membarrier(2), which stands for the fence that the
// others would need between "I am inside" and "is it closed?" (an asymmetric Dekker).
//
// Accesses of one granule do not pass the door: the lock that they hold, a granule's, is freed in the child
// (shadow_after_fork).
#ifndef GORACE_DETECTOR_CONTEXT_FORK_GATE_H_
#define GORACE_DETECTOR_CONTEXT_FORK_GATE_H_

#include <atomic>

namespace gorace::detector {

struct ThreadState;

extern std::atomic<bool> g_fork_gate_closed;

// close_fork_gate returns when all other threads are outside, or after a second: a thread that writes a report to a
// full pipe may be inside for ever. The caller must not be inside. open_fork_gate: in parent and child.
void close_fork_gate();
void open_fork_gate();

// wait_at_fork_gate is for a thread that found it closed when it entered.
void wait_at_fork_gate(ThreadState& state);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_FORK_GATE_H_
