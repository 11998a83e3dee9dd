#ifndef GORACE_DETECTOR_INTERCEPT_FORK_H_
#define GORACE_DETECTOR_INTERCEPT_FORK_H_

namespace gorace::detector {

// prepare_fork registers what the child of fork() does first. Called by start(), so before the program's own
// pthread_atfork handlers.
void prepare_fork();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_FORK_H_
