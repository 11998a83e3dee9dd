#include "detector/intercept/thread_table.h"

#include <mutex>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

constexpr size_t kBuckets = 1024;

struct Table {
  runtime::SpinLock lock;
  ThreadEntry* buckets[kBuckets] = {};
};
constinit Table g_threads;

// pthread_t is the address of a thread's descriptor, page aligned but for a constant.
ThreadEntry** bucket_of(pthread_t thread) { return &g_threads.buckets[(thread >> 12) % kBuckets]; }

// find returns the link that points to the entry, or null. The caller holds the lock.
ThreadEntry** find(pthread_t thread) {
  for (ThreadEntry** link = bucket_of(thread); *link != nullptr; link = &(*link)->next) {
    if ((*link)->thread == thread) return link;
  }
  return nullptr;
}

Context* remove(ThreadEntry** link) {
  ThreadEntry* entry = *link;
  Context* context = entry->context;
  *link = entry->next;
  runtime::internal_delete(entry);
  return context;
}

}  // namespace

void add_thread(pthread_t thread, Context* context, bool detached) {
  auto* entry = runtime::internal_new<ThreadEntry>();
  const std::lock_guard guard(g_threads.lock);
  ThreadEntry** first = bucket_of(thread);
  *entry = {.thread = thread, .context = context, .detached = detached, .ended = false, .next = *first};
  *first = entry;
}

Context* context_of_thread(pthread_t thread) {
  const std::lock_guard guard(g_threads.lock);
  ThreadEntry** link = find(thread);
  return link == nullptr ? nullptr : (*link)->context;
}

ThreadEntry* find_thread(pthread_t thread) {
  const std::lock_guard guard(g_threads.lock);
  ThreadEntry** link = find(thread);
  return link == nullptr ? nullptr : *link;
}

Context* remove_thread(pthread_t thread, const ThreadEntry* entry) {
  const std::lock_guard guard(g_threads.lock);
  for (ThreadEntry** link = bucket_of(thread); *link != nullptr; link = &(*link)->next) {
    if (*link == entry) return remove(link);
  }
  return nullptr;
}

Context* thread_detached(pthread_t thread) {
  const std::lock_guard guard(g_threads.lock);
  ThreadEntry** link = find(thread);
  if (link == nullptr) return nullptr;
  (*link)->detached = true;
  return (*link)->ended ? remove(link) : nullptr;
}

Context* thread_ended(pthread_t thread) {
  const std::lock_guard guard(g_threads.lock);
  ThreadEntry** link = find(thread);
  if (link == nullptr) return nullptr;
  (*link)->ended = true;
  return (*link)->detached ? remove(link) : nullptr;
}

void for_each_leaked_thread(void (*visit)(const Context*, void*), void* argument) {
  const std::lock_guard guard(g_threads.lock);
  for (const ThreadEntry* entry : g_threads.buckets) {
    for (; entry != nullptr; entry = entry->next) {
      if (entry->ended && !entry->detached) visit(entry->context, argument);
    }
  }
}

void forget_other_threads() {
  // The lock may have been held by a thread that does not exist here.
  g_threads.lock.unlock();
  for (ThreadEntry*& bucket : g_threads.buckets) bucket = nullptr;
}

}  // namespace gorace::detector
