// The C library's own functions, past any interceptor that the detector links into the program. gorace's own threads are made
// with these, so that the detector never sees them.
//
// Thread safety: any thread. The first call of each resolves a symbol; call it once outside signal handlers first.
#ifndef GORACE_RUNTIME_BASE_REAL_H_
#define GORACE_RUNTIME_BASE_REAL_H_

#include <pthread.h>

namespace gorace::runtime {

// real_function returns libc's definition of `name` (dlsym RTLD_NEXT). Dies with the name when there is none.
void* real_function(const char* name);

// start_thread starts a detached thread of gorace's own with all signals blocked and a stack of `stack_bytes`. Returns 0 or the
// errno value (EAGAIN when the system refuses a thread).
int start_thread(void (*body)(void*), void* argument, size_t stack_bytes);

// forget_internal_threads: in the child of a fork(), which has none of them.
void forget_internal_threads();

// internal_thread_count returns how many threads of start_thread are alive: the others of the process are the program's.
int internal_thread_count();

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_REAL_H_
