// RunAgain: when something of the program lies where the shadow must be, the program is executed again with another
// address layout, once: without address randomisation, and with the usual order of mappings where the old one is asked
// for (`ulimit -s unlimited`, ADDR_COMPAT_LAYOUT: mappings grow upwards from a third of the address space). The second
// run gives the program back what was changed for its start: environment, personality, limit on the stack.
//
// For the program's start, while it has one thread.
#ifndef GORACE_DETECTOR_SHADOW_RUN_AGAIN_H_
#define GORACE_DETECTOR_SHADOW_RUN_AGAIN_H_

namespace gorace::detector {

// note_start_vectors: what the loader passes to the program's first function. libc's `environ` is not set so early.
void note_start_vectors(char** arguments, char** environment);

// run_again does not return; when it must not or cannot execute the program again, one sentence says why.
[[noreturn]] void run_again();

// restore_after_run_again: the shadow has its place. Does nothing in a first run.
void restore_after_run_again();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_RUN_AGAIN_H_
