// The connection to a `gorace dump` that asked for this process's goroutines.
#ifndef GORACE_RUNTIME_DUMP_DUMP_SOCKET_H_
#define GORACE_RUNTIME_DUMP_DUMP_SOCKET_H_

namespace gorace::runtime {

// connect_to_tool connects to the abstract unix socket "\0gorace-dump-<this process>-<tool process>" that the tool
// listens on, and checks that its owner is this process's user or root. Returns the descriptor, or -1.
// Async-signal-safe: raw system calls only.
int connect_to_tool(int tool_process);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_DUMP_DUMP_SOCKET_H_
