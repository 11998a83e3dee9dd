// The stack of an OS thread that libc made.
#ifndef GORACE_RUNTIME_STACK_THREAD_STACK_H_
#define GORACE_RUNTIME_STACK_THREAD_STACK_H_

#include <pthread.h>

#include <cstddef>
#include <cstdint>

namespace gorace::runtime {

struct ThreadStack {
  uintptr_t low = 0;  // the thread's TLS lies at the high end of the range, but main's
  size_t bytes = 0;   // 0: libc does not know
};

// thread_stack tells where the calling thread's stack is. For main libc reads /proc/self/maps, and calls malloc.
inline ThreadStack thread_stack() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
  void* low = nullptr;
  size_t bytes = 0;
  pthread_attr_getstack(&attributes, &low, &bytes);
  pthread_attr_destroy(&attributes);
  return {reinterpret_cast<uintptr_t>(low), bytes};
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_STACK_THREAD_STACK_H_
