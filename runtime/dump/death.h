// Death: the common part of all ways in which gorace ends a program after printing why.
#ifndef GORACE_RUNTIME_DUMP_DEATH_H_
#define GORACE_RUNTIME_DUMP_DEATH_H_

namespace gorace::runtime {

class RawWriter;

// Go's exit code for fatal errors, panics and SIGQUIT.
inline constexpr int kFatalExitCode = 2;

// claim_death lets the first caller through; others sleep for ever, so that two last words do not mix and only the
// first cause is told. When the dying thread comes here again (a fault while it was printing) the process ends at once.
void claim_death();

// print_own_goroutine prints the calling goroutine (or plain thread) as running, with its stack from the return address
// `first_pc` outwards.
void print_own_goroutine(RawWriter& out, const void* first_pc);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_DUMP_DEATH_H_
