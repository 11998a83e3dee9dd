// Asking a running program for its goroutines.
//
// The tool listens on the abstract Unix socket "\0gorace-dump-<program's pid>-<tool's pid>" and sends the program
// SIGQUIT with its own pid as the signal's value; the runtime connects, writes the dump and closes. SIGQUIT ends
// programs that do not handle it, so the program is looked at first.
#ifndef GORACE_TOOLS_DUMP_CLIENT_H_
#define GORACE_TOOLS_DUMP_CLIENT_H_

#include "absl/status/status.h"

namespace gorace::tools {

inline constexpr int kDumpTimeoutMs = 10'000;

// check_dumpable returns OK when SIGQUIT can be sent to process `pid` without harm; otherwise why not.
absl::Status check_dumpable(int pid);

// request_dump asks for the dump and copies it to descriptor `out`.
absl::Status request_dump(int pid, int out, int timeout_ms = kDumpTimeoutMs);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_DUMP_CLIENT_H_
