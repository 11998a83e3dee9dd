// The global run queue: goroutines readied by threads without a P, the overflow of full local queues, and what a given-up P had left.
#include <algorithm>

#include "runtime/sched/scheduler.h"

namespace gorace::runtime {

void global_push_locked(G* first, G* last, uint32_t count) {
  last->sched.next = nullptr;
  if (g_sched.global_tail != nullptr) {
    g_sched.global_tail->sched.next = first;
  } else {
    g_sched.global_head = first;
  }
  g_sched.global_tail = last;
  g_sched.global_size.fetch_add(count, std::memory_order_relaxed);
}

void global_push(G* g) {
  g_sched.lock.lock();
  global_push_locked(g, g, 1);
  g_sched.lock.unlock();
}

G* global_take(P* p, bool one_only) {
  if (g_sched.global_size.load(std::memory_order_relaxed) == 0) return nullptr;
  g_sched.lock.lock();
  const uint32_t size = g_sched.global_size.load(std::memory_order_relaxed);
  if (size == 0) {
    g_sched.lock.unlock();
    return nullptr;
  }
  uint32_t share = 1;
  if (!one_only) {
    const auto procs = static_cast<uint32_t>(g_sched.max_procs.load(std::memory_order_relaxed));
    share = std::min({size, size / procs + 1, RunQueue::kCapacity / 2});
  }
  G* first = g_sched.global_head;
  G* last = first;
  for (uint32_t i = 1; i < share; ++i) last = last->sched.next;
  g_sched.global_head = last->sched.next;
  if (g_sched.global_head == nullptr) g_sched.global_tail = nullptr;
  g_sched.global_size.fetch_sub(share, std::memory_order_relaxed);
  g_sched.lock.unlock();
  last->sched.next = nullptr;
  for (G* g = first->sched.next; g != nullptr;) {
    G* next = g->sched.next;
    push_local(p, g);
    g = next;
  }
  return first;
}

void push_local(P* p, G* g) {
  while (!p->queue.push(g)) {
    G* batch[RunQueue::kCapacity / 2];
    const uint32_t count = p->queue.take_half(batch);
    if (count == 0) continue;  // thieves made room meanwhile
    for (uint32_t i = 0; i + 1 < count; ++i) batch[i]->sched.next = batch[i + 1];
    batch[count - 1]->sched.next = g;
    g_sched.lock.lock();
    global_push_locked(batch[0], g, count + 1);
    g_sched.lock.unlock();
    return;
  }
}

void drain_to_global_locked(P* p) {
  while (G* g = p->queue.take_next()) global_push_locked(g, g, 1);
  while (G* g = p->queue.pop()) global_push_locked(g, g, 1);
}

}  // namespace gorace::runtime
