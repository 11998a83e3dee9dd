// Stack overflow: a fault in a guard page becomes Go's fatal error with the goroutine's trace.
#ifndef GORACE_RUNTIME_STACK_OVERFLOW_H_
#define GORACE_RUNTIME_STACK_OVERFLOW_H_

namespace gorace::runtime {

// install_overflow_handler takes SIGSEGV and SIGBUS; faults that are no stack overflow go to the handler that was there
// before. Each thread that runs goroutines needs an alternate signal stack (sched/machines.cc).
void install_overflow_handler();

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_STACK_OVERFLOW_H_
