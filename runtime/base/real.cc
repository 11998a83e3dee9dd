#include "runtime/base/real.h"

#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/raw_writer.h"
#include "runtime/base/sanitizer_build.h"

namespace gorace::runtime {
namespace {

struct ThreadStart {
  void (*body)(void*);
  void* argument;
};

std::atomic<int> g_internal_threads{0};

void* run_thread(void* start_block) {
  const ThreadStart start = *static_cast<ThreadStart*>(start_block);
  internal_free(start_block, sizeof(ThreadStart));
  start.body(start.argument);
  g_internal_threads.fetch_sub(1, std::memory_order_relaxed);
  return nullptr;
}

}  // namespace

void* real_function(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr) {
    {
      RawWriter out(2);
      out << "gorace: the C library has no function " << name << "; gorace needs glibc 2.34 or newer, linked dynamically\n";
    }
    _exit(2);
  }
  return found;
}

int start_thread(void (*body)(void*), void* argument, size_t stack_bytes) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
#if GORACE_ASAN || GORACE_TSAN
  // The sanitizer must see its program's threads, and gorace's detector is never linked beside one.
  static const Create create = pthread_create;
#else
  static const Create create = reinterpret_cast<Create>(real_function("pthread_create"));
#endif
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  auto* start = internal_new<ThreadStart>(ThreadStart{body, argument});
  // The program's signals belong to the program's threads: the new thread inherits a mask that blocks them all.
  sigset_t all;
  sigset_t former;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &former);
  pthread_t thread;
  g_internal_threads.fetch_add(1, std::memory_order_relaxed);
  const int error = create(&thread, &attributes, run_thread, start);
  pthread_sigmask(SIG_SETMASK, &former, nullptr);
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    g_internal_threads.fetch_sub(1, std::memory_order_relaxed);
    internal_delete(start);
  }
  return error;
}

void forget_internal_threads() { g_internal_threads.store(0, std::memory_order_relaxed); }

int internal_thread_count() { return g_internal_threads.load(std::memory_order_relaxed); }

}  // namespace gorace::runtime
