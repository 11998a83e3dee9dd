// Server: the process `gorace symbolize --server`, that this process asks for names. Started at the first request,
// restarted once when it dies.
//
// Thread safety: symbolizer_lock() protects everything here and in modules.h; the functions say that the caller holds
// it.
#ifndef GORACE_RUNTIME_SYMBOLIZE_SERVER_H_
#define GORACE_RUNTIME_SYMBOLIZE_SERVER_H_

#include <cstddef>

#include "runtime/symbolize/process_lock.h"

namespace gorace::runtime {

ProcessLock& symbolizer_lock();

// server_exchange sends `bytes` of protocol lines and calls visit for each line of the reply, without the empty line
// that ends it. False when there is no server; why is said once on stderr. The caller holds symbolizer_lock().
// Preserves errno.
bool server_exchange(const char* request, size_t bytes, void (*visit)(const char* line, void*), void* argument);

// find_tool writes the path of the gorace command: $GORACE_TOOL, beside the executable, in PATH. False when none of
// them can be executed, or the process runs with more privileges than its user (then the environment is not to be
// trusted).
bool find_tool(char* path, size_t bytes);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SYMBOLIZE_SERVER_H_
