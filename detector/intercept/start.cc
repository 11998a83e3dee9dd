#include "detector/intercept/start.h"

#include <link.h>
#include <pthread.h>

#include <cstddef>

#include "detector/abi/fences.h"
#include "detector/context/context.h"
#include "detector/context/private_phase.h"
#include "detector/heap/heap.h"
#include "detector/intercept/exit_findings.h"
#include "detector/intercept/fork.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/runtime_hooks.h"
#include "detector/intercept/threads.h"
#include "detector/report/report.h"
#include "detector/report/thread_memory.h"
#include "detector/shadow/access.h"
#include "detector/shadow/run_again.h"
#include "runtime/alloc/alloc_hooks.h"
#include "runtime/base/exit_hooks.h"
#include "runtime/hooks.h"
#include "runtime/stack/thread_stack.h"

namespace gorace::detector {
namespace {

constexpr uint64_t kMainId = 1;
constinit bool g_started = false;  // written by the only thread there is

// Objects of ordinary archives that nothing refers to would not be linked: allocator_is_interposed() brings malloc.
void subscribe_to_everything() {
  runtime::subscribe(&kRuntimeHooks);
  if (runtime::allocator_is_interposed()) runtime::subscribe_allocations(&kHeapHooks);
  runtime::add_exit_hook(runtime::ExitPhase::kLast, find_at_exit);
  runtime::add_exit_hook(runtime::ExitPhase::kLast, finish_reports);
}

// Thread-local storage of the main thread lies below its descriptor, one block for each module that was there at start.
int add_tls_bytes(dl_phdr_info* module, size_t, void* total) {
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type == PT_TLS) *static_cast<size_t*>(total) += header.p_memsz + header.p_align;
  }
  return 0;
}

// After libc's own start, which pthread_getattr_np needs.
__attribute__((constructor(102))) void note_main_memory() {
  start();
  const runtime::ThreadStack stack = runtime::thread_stack();
  if (stack.bytes == 0) return;
  size_t tls_bytes = 0;
  dl_iterate_phdr(add_tls_bytes, &tls_bytes);
  add_thread_memory({.id = kMainId,
                     .kind = StrandKind::kMain,
                     .stack_low = stack.low,
                     .stack_high = stack.low + stack.bytes,
                     .tls_low = static_cast<uintptr_t>(pthread_self()) - tls_bytes,
                     .tls_high = static_cast<uintptr_t>(pthread_self())});
}

}  // namespace

void start() {
  if (g_started) return;
  g_started = true;
  map_shadow();
  resolve_real_functions();
  enable_fences_if_linked();
  prepare_threads();
  prepare_fork();
  set_current_context(context_create(nullptr, StrandKind::kMain, kMainId, kUnknownOrigin));
  begin_private_phase();
  subscribe_to_everything();
}

}  // namespace gorace::detector

// Functions in .preinit_array of the executable run before the constructors of all libraries, and what they register
// for the program's exit runs after the destructors of all: races in those are reported and counted like others.
static void begin(int, char** arguments, char** environment) {
  gorace::detector::note_start_vectors(arguments, environment);
  gorace::runtime::register_exit_hooks();
  gorace::detector::start();
}
using PreinitFunction = void (*)(int, char**, char**);
[[gnu::used, gnu::section(".preinit_array")]] static const PreinitFunction g_preinit = begin;
