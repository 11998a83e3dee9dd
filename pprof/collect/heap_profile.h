// The heap profile: samples allocations, about one in `rate` bytes.
//
// Sampling is geometric: the distance to the next sampled byte is drawn from the exponential distribution, so that no
// allocation pattern can hide between the samples, and the true numbers can be estimated from them
// (allocation_sites.h).
#ifndef GORACE_PPROF_COLLECT_HEAP_PROFILE_H_
#define GORACE_PPROF_COLLECT_HEAP_PROFILE_H_

namespace gorace::pprof {

class ProfileText;

// start_heap_profile begins to sample: mean bytes between samples, 1 = every allocation. Call once, before the
// program's threads exist.
void start_heap_profile(long rate);

// add_heap_profile adds types, period and samples. False when sampling was never started.
bool add_heap_profile(ProfileText& text);

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_COLLECT_HEAP_PROFILE_H_
