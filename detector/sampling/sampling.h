// Sampling: programs compiled with `gorace c++ --sample=RATE` check accesses in windows of time only (docs/sampling.md;
// the compiler's half: instrument/pass/sampling.h).
//
// One byte says whether a window is open, for all threads. A thread of gorace's own opens one for ten milliseconds,
// measures how long it was open in truth, and keeps it closed for as long as the rate then asks, give or take half:
// what is checked cannot fall into step with what the program does periodically, and a machine that is late costs later
// windows, not more of the program's time. The first window is open from the start.
//
// A window begins with a horizon (context/horizon.h): all that was before is ordered before all that is in it. So
// outside of windows nothing need be followed. README.md tells why nothing is reported that is ordered.
#ifndef GORACE_DETECTOR_SAMPLING_SAMPLING_H_
#define GORACE_DETECTOR_SAMPLING_SAMPLING_H_

#include <cstdint>

#include "detector/context/horizon.h"

extern "C" {
// 1: no window is open, nothing is to be checked. Read by instrumented code, relaxed.
extern uint8_t __gorace_sampling_off;

// Called by a constructor and a destructor of each module compiled with a rate, in millionths: `covered` has a byte for
// each of its functions, which becomes 1 when something in it is checked. The first module's rate counts, and that of
// GORACE=sample_ppm=N before it.
void __gorace_sampling_start(uint32_t parts_per_million, uint8_t* covered, uint64_t functions);
void __gorace_sampling_stop(uint8_t* covered);

// Called after an atomic operation of this order (__ATOMIC_*) that was done outside of windows, when one has opened
// meanwhile.
void __gorace_sampling_catch_up(const volatile void* object, int order);
}

namespace gorace::detector {

// acquire: whoever sees the window open passes its horizon.
inline bool is_window_open() { return __atomic_load_n(&__gorace_sampling_off, __ATOMIC_ACQUIRE) == 0; }

// is_sampled_program: has some module been compiled for sampling? Such code keeps no calling context.
extern bool g_is_sampled_program;  // written before the module's code runs
inline bool is_sampled_program() { return g_is_sampled_program; }

// is_outside_of_windows: is nothing to be recorded now? Then the inline check is made to fail: it would take an entry
// of this epoch, from behind the next horizon, for one of that side. Never in a program that is not sampled: its byte
// stays 0.
inline bool is_outside_of_windows() {
  if (__builtin_expect(is_window_open(), 1)) return false;
  __gorace_tls.current = kNobody;
  return true;
}

// is_in_window is the opposite for a strand that has something to be recorded.
inline bool is_in_window(Context* context) {
  if (__builtin_expect(!is_sampled_program(), 1)) return true;
  if (is_outside_of_windows()) return false;
  pass_horizon(context);
  return true;
}

// hash_of_callers hashes the return addresses of the frames from `frame_pointer` on.
uint64_t hash_of_callers(uintptr_t frame_pointer);

// sampling_after_fork goes on in the child, which has no thread but the one that forked.
void sampling_after_fork();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SAMPLING_SAMPLING_H_
