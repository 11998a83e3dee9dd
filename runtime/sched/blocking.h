// What gorace::blocking() and gorace::lock_os_thread() are made of.
#ifndef GORACE_RUNTIME_SCHED_BLOCKING_H_
#define GORACE_RUNTIME_SCHED_BLOCKING_H_

namespace gorace::runtime {

// enter_blocking gives the caller's P to others for as long as the caller stays in one call; false: it has none to
// give. leave_blocking takes one back, and waits for it like a runnable goroutine when all are busy. In between the
// caller may use the whole runtime.
bool enter_blocking();
void leave_blocking(bool entered);

// lock_thread binds the calling goroutine and its OS thread to each other; calls nest.
void lock_thread();
void unlock_thread();

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_BLOCKING_H_
