// Dumps: goroutines as text in Go's form, for SIGQUIT, `gorace dump`, deadlocks, panics and stack overflows.
//
//   goroutine 7 [chan receive, 2 minutes]:
//   worker(...)
//           /src/worker.cc:12 +0x43
//   created by main in goroutine 1
//           /src/main.cc:30 +0x1f
//
// Thread safety: any thread; each function that ends the process lets one caller through and holds the others for ever.
// Nothing here allocates from the program's malloc. Not async-signal-safe: signals are served as README.md tells.
#ifndef GORACE_RUNTIME_DUMP_DUMP_H_
#define GORACE_RUNTIME_DUMP_DUMP_H_

#include <cstddef>
#include <cstdint>

namespace gorace::runtime {

struct G;
class RawWriter;

// fatal_error prints "fatal error: MESSAGE" and the calling goroutine's traceback, and ends the process with code 2.
// For mistakes that Go does not let a program recover from ("sync: unlock of unlocked mutex").
[[noreturn]] void fatal_error(const char* message);

// fatal_deadlock prints "fatal error: all goroutines are asleep - deadlock!" and every goroutine, and ends the process
// with code 2.
[[noreturn]] void fatal_deadlock();

// install_terminate_handler makes an uncaught exception of main or of a goroutine print Go's panic block and exit with
// code 2. Called once by the library's constructor. A handler that the program installs later replaces it; one
// installed earlier is called after the block.
//
// For the throwing stack to be seen, nothing between the throw and the goroutine's root may catch: the root function
// has no catch block and is NOT noexcept (both make the unwinder find a handler and run destructors first); its call
// frame information ends the stack, so the unwinder gives up and calls std::terminate with every frame still there.
void install_terminate_handler();

// die_of_exception is for a root that did catch: call it inside the catch block. Prints the same block as the terminate
// handler; the frames that threw are gone, so the stack is the catching one's.
[[noreturn]] void die_of_exception(G* g);

// die_of_stack_overflow prints Go's lines for goroutine `g`, whose stack may not grow past `limit` bytes, with the
// stack `pcs` (return addresses, innermost first), and ends the process with code 2. Runs on a stack that is not g's.
[[noreturn]] void die_of_stack_overflow(G* g, size_t limit, const uintptr_t* pcs, int count);

// process_is_dying tells whether one of the functions above has begun to end the process: what still runs then is cut
// short, not stuck.
bool process_is_dying();

// start_dump_thread starts the thread that serves SIGQUIT while goroutines exist. Called by the scheduler when it
// starts its first thread; further calls do nothing.
void start_dump_thread();

// print_goroutine prints one goroutine: header, stack, creator. print_all_goroutines prints all, main first, then by
// id, an empty line between two; the scheduler is held only while their stacks are copied, and the caller must hold
// none of its locks.
void print_goroutine(RawWriter& out, G* g, const uintptr_t* pcs, int count);
void print_all_goroutines(RawWriter& out);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_DUMP_DUMP_H_
