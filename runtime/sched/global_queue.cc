// The global run queue: goroutines readied by threads without a P, the overflow of full local queues, and what a
// given-up P had left.
//
// An array of pointers, not a list through the G: with many goroutines every G that is touched costs a cache and a
// page-table miss, and a list's misses come one after the other (measured: 10,000 new goroutines, 800 ns each with a
// list).
#include <algorithm>

#include "runtime/base/internal_allocator.h"
#include "runtime/sched/scheduler.h"

namespace gorace::runtime {
namespace {

void grow_global_locked(uint32_t needed) {
  uint32_t capacity = std::max(g_sched.global_capacity, RunQueue::kCapacity);
  while (capacity < needed) capacity *= 2;
  G** ring = static_cast<G**>(internal_alloc(capacity * sizeof(G*)));
  const uint32_t size = g_sched.global_size.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < size; ++i)
    ring[i] = g_sched.global_ring[(g_sched.global_first + i) & (g_sched.global_capacity - 1)];
  if (g_sched.global_ring != nullptr) internal_free(g_sched.global_ring, g_sched.global_capacity * sizeof(G*));
  g_sched.global_ring = ring;
  g_sched.global_capacity = capacity;
  g_sched.global_first = 0;
}

}  // namespace

void global_push_locked(G* const* batch, uint32_t count) {
  const uint32_t size = g_sched.global_size.load(std::memory_order_relaxed);
  if (size + count > g_sched.global_capacity) grow_global_locked(size + count);
  const uint32_t mask = g_sched.global_capacity - 1;
  for (uint32_t i = 0; i < count; ++i) g_sched.global_ring[(g_sched.global_first + size + i) & mask] = batch[i];
  g_sched.global_size.store(size + count, std::memory_order_relaxed);
}

void global_push(G* g) {
  g_sched.lock.lock();
  global_push_locked(&g, 1);
  g_sched.lock.unlock();
}

// The share fills the ring to its half: one at a time, goroutines that only yield would pass the queue 61 times for
// each that is taken from it. The other half is for what the taken ones start.
G* global_take(P* p) {
  if (g_sched.global_size.load(std::memory_order_relaxed) == 0) return nullptr;
  g_sched.lock.lock();
  const uint32_t size = g_sched.global_size.load(std::memory_order_relaxed);
  if (size == 0) {
    g_sched.lock.unlock();
    return nullptr;
  }
  const auto procs = static_cast<uint32_t>(g_sched.max_procs.load(std::memory_order_relaxed));
  const uint32_t half = RunQueue::kCapacity / 2;
  const uint32_t in_ring = std::min(p->queue.ring_size(), half - 1);
  const uint32_t share = std::min({size, size / procs + 1, half - in_ring});
  G* batch[RunQueue::kCapacity / 2];
  const uint32_t mask = g_sched.global_capacity - 1;
  for (uint32_t i = 0; i < share; ++i) batch[i] = g_sched.global_ring[(g_sched.global_first + i) & mask];
  g_sched.global_first = (g_sched.global_first + share) & mask;
  g_sched.global_size.store(size - share, std::memory_order_relaxed);
  g_sched.lock.unlock();
  for (uint32_t i = 1; i < share; ++i) push_local(p, batch[i]);
  return batch[0];
}

void push_local(P* p, G* g) {
  while (!p->queue.push(g)) {
    G* batch[RunQueue::kCapacity / 2 + 1];
    const uint32_t count = p->queue.take_half(batch);
    if (count == 0) continue;  // thieves made room meanwhile
    batch[count] = g;
    g_sched.lock.lock();
    global_push_locked(batch, count + 1);
    g_sched.lock.unlock();
    return;
  }
}

void drain_to_global_locked(P* p) {
  while (G* g = p->queue.take_next()) global_push_locked(&g, 1);
  while (G* g = p->queue.pop()) global_push_locked(&g, 1);
}

}  // namespace gorace::runtime
