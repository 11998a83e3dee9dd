// GoexitSignal: what goexit() throws in a goroutine, so that destructors run. Not a std::exception: only `catch (...)`
// sees it, and must rethrow.
#ifndef GORACE_RUNTIME_SCHED_GOEXIT_H_
#define GORACE_RUNTIME_SCHED_GOEXIT_H_

namespace gorace::runtime {

struct GoexitSignal {};

// finish_goroutine ends the calling goroutine, whose frames have been left: the scheduler never returns to it.
[[noreturn]] void finish_goroutine();

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_GOEXIT_H_
