#include <cstdint>

#include "runtime/base/exit_hooks.h"
#include "runtime/base/raw_writer.h"
#include "runtime/dump/dump.h"
#include "runtime/sched/goroutine.h"

namespace gorace::runtime {

void fatal_error(const char* message) {
  {
    RawWriter out(2);
    out << "fatal error: " << message << "\n";
  }
  end_process(2, false);
}

void fatal_deadlock() { fatal_error("all goroutines are asleep - deadlock!"); }

void install_terminate_handler() {}

void die_of_exception(G*) { fatal_error("uncaught exception"); }

void die_of_stack_overflow(G*, size_t, const uintptr_t*, int) { fatal_error("stack overflow"); }

void start_dump_thread() {}

void print_goroutine(RawWriter& out, G* g, const uintptr_t*, int) { out << "goroutine " << g->id << "\n"; }

void print_all_goroutines(RawWriter&) {}

}  // namespace gorace::runtime
