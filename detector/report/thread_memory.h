// ThreadMemory: where the stacks and the thread-local storage of OS threads lie, so that a report can name them.
//
// Thread safety: any thread; one spin lock.
#ifndef GORACE_DETECTOR_REPORT_THREAD_MEMORY_H_
#define GORACE_DETECTOR_REPORT_THREAD_MEMORY_H_

#include <cstdint>

#include "detector/context/context.h"

namespace gorace::detector {

struct ThreadMemory {
  uint64_t id = 0;
  StrandKind kind = StrandKind::kThread;
  uintptr_t stack_low = 0;
  uintptr_t stack_high = 0;
  uintptr_t tls_low = 0;
  uintptr_t tls_high = 0;
};

void add_thread_memory(const ThreadMemory& memory);
void remove_thread_memory(uint64_t id);

// thread_memory_after_fork: in the child, the lock may be held by a thread that is not there.
void thread_memory_after_fork();

enum class ThreadMemoryPart { kNone, kStack, kTls };
// find_thread_memory tells which thread's memory holds `address`.
ThreadMemoryPart find_thread_memory(uintptr_t address, ThreadMemory* out);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_THREAD_MEMORY_H_
