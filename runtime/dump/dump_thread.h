// The dump thread: does the work of SIGQUIT outside the signal handler while goroutines exist.
#ifndef GORACE_RUNTIME_DUMP_DUMP_THREAD_H_
#define GORACE_RUNTIME_DUMP_DUMP_THREAD_H_

namespace gorace::runtime {

// Who wants the dump: 0 is a plain SIGQUIT (print to stderr, end the process), otherwise the `gorace dump` with this
// process id.
using DumpRequest = int;
inline constexpr DumpRequest kQuit = 0;

// post_dump_request hands the request to the dump thread. False when this process has none (the scheduler never
// started, or this is a fork()ed child). Async-signal-safe.
bool post_dump_request(DumpRequest request);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_DUMP_DUMP_THREAD_H_
