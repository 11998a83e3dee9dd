#include "detector/report/thread_memory.h"

#include <mutex>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

struct Registry {
  runtime::SpinLock lock;
  runtime::InternalVector<ThreadMemory> threads;
};

// Never destroyed: threads may outlive static destructors.
Registry& registry() {
  alignas(Registry) static char storage[sizeof(Registry)];  // zero is the empty registry
  return *reinterpret_cast<Registry*>(storage);
}

}  // namespace

void add_thread_memory(const ThreadMemory& memory) {
  Registry& all = registry();
  const std::lock_guard guard(all.lock);
  all.threads.push_back(memory);
}

void remove_thread_memory(uint64_t id) {
  Registry& all = registry();
  const std::lock_guard guard(all.lock);
  for (ThreadMemory& memory : all.threads) {
    if (memory.id != id) continue;
    memory = all.threads.back();
    all.threads.pop_back();
    return;
  }
}

void thread_memory_after_fork() { registry().lock.unlock(); }

ThreadMemoryPart find_thread_memory(uintptr_t address, ThreadMemory* out) {
  Registry& all = registry();
  const std::lock_guard guard(all.lock);
  for (const ThreadMemory& memory : all.threads) {
    *out = memory;
    if (address >= memory.tls_low && address < memory.tls_high) return ThreadMemoryPart::kTls;
    if (address >= memory.stack_low && address < memory.stack_high) return ThreadMemoryPart::kStack;
  }
  return ThreadMemoryPart::kNone;
}

}  // namespace gorace::detector
