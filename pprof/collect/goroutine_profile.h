// The goroutine profile: where every goroutine is now.
#ifndef GORACE_PPROF_COLLECT_GOROUTINE_PROFILE_H_
#define GORACE_PPROF_COLLECT_GOROUTINE_PROFILE_H_

namespace gorace::pprof {

class ProfileText;

// add_goroutine_profile adds types, period and samples: one sample for each different (stack, state, labels), with the
// label "state" in Go's words, and the labels of <gorace/labels.h>.
void add_goroutine_profile(ProfileText& text);

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_COLLECT_GOROUTINE_PROFILE_H_
