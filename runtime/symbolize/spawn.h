// Spawn: starts a helper program that the program around it does not notice.
#ifndef GORACE_RUNTIME_SYMBOLIZE_SPAWN_H_
#define GORACE_RUNTIME_SYMBOLIZE_SPAWN_H_

namespace gorace::runtime {

// spawn_detached executes argv[0] with `channel` (>= 3) as its stdin and stdout, stderr on /dev/null, every other
// descriptor closed, default signal dispositions, no signal blocked, a session of its own (a terminal's Ctrl-C and
// Ctrl-\ are for the program), LD_PRELOAD and GORACE unset. It is not a child of this process: wait() never sees it and
// no SIGCHLD comes. Returns 0, or the errno value of what failed. No atfork handlers run, nothing is allocated from the
// program's malloc. Preserves errno.
int spawn_detached(const char* const* argv, int channel);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SYMBOLIZE_SPAWN_H_
