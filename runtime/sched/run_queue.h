// RunQueue: a processor's runnable goroutines: a ring of 256 in FIFO order, and one "next" slot in front of it for the
// goroutine that was readied last (the two sides of a hand-over run in turn with warm caches).
//
// After Go's runtime (runtime/proc.go: runqput, runqget, runqgrab). One owner pushes and pops; any thread may steal.
// head moves by compare-and-swap, tail by the owner alone; an index is never reused before head has passed it, so a
// thief that read a stale slot fails its swap.
#ifndef GORACE_RUNTIME_SCHED_RUN_QUEUE_H_
#define GORACE_RUNTIME_SCHED_RUN_QUEUE_H_

#include <atomic>
#include <cstdint>
#include <initializer_list>

#include "runtime/sched/goroutine.h"

namespace gorace::runtime {

class RunQueue {
 public:
  static constexpr uint32_t kCapacity = 256;

  // push (owner) appends g; false when the ring is full.
  bool push(G* g) {
    const uint32_t head =
        head_.load(std::memory_order_acquire);  // pairs with the thieves' release: their reads are done
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head >= kCapacity) return false;
    ring_[tail % kCapacity].store(g, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);  // publishes g to thieves
    return true;
  }

  // pop (owner) takes the oldest of the ring, or null.
  G* pop() {
    uint32_t head = head_.load(std::memory_order_relaxed);
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    while (head != tail) {
      G* g = ring_[head % kCapacity].load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel, std::memory_order_relaxed)) {
        prefetch(ring_[(head + kPrefetchDistance) % kCapacity].load(std::memory_order_relaxed));
        return g;
      }
    }
    return nullptr;
  }

  // set_next (owner) puts g in the next slot and returns who was there.
  G* set_next(G* g) {
    // Thieves only empty the slot: an empty one needs no atomic exchange.
    if (next_.load(std::memory_order_relaxed) == nullptr) {
      next_.store(g, std::memory_order_release);  // publishes g to thieves
      return nullptr;
    }
    return next_.exchange(g, std::memory_order_acq_rel);
  }

  // take_next (owner, or a thief that knows what it expects) empties the next slot.
  G* take_next() {
    if (next_.load(std::memory_order_relaxed) == nullptr) return nullptr;
    return next_.exchange(nullptr, std::memory_order_acquire);
  }
  bool take_next_if(G* expected) {
    return next_.compare_exchange_strong(expected, nullptr, std::memory_order_acquire, std::memory_order_relaxed);
  }
  G* peek_next() const { return next_.load(std::memory_order_relaxed); }

  // take_half (owner) removes the older half of the ring into batch, for the global queue. Returns how many (0: a thief
  // was faster).
  uint32_t take_half(G** batch) {
    uint32_t head = head_.load(std::memory_order_acquire);
    const uint32_t count = (tail_.load(std::memory_order_relaxed) - head) / 2;
    for (uint32_t i = 0; i < count; ++i) batch[i] = ring_[(head + i) % kCapacity].load(std::memory_order_relaxed);
    return head_.compare_exchange_strong(head, head + count, std::memory_order_acq_rel) ? count : 0;
  }

  // steal_half (any thread) moves the older half of this ring to the back of `mine`, the thief's own and empty ring,
  // all but one, which it returns. Null when there was nothing. *stolen: how many.
  G* steal_half(RunQueue& mine, uint32_t* stolen) {
    const uint32_t mine_tail = mine.tail_.load(std::memory_order_relaxed);
    uint32_t count;
    uint32_t head = head_.load(std::memory_order_acquire);
    do {
      const uint32_t tail = tail_.load(std::memory_order_acquire);  // pairs with push: the ring's entries are visible
      const uint32_t size = tail - head;
      count = size - size / 2;
      if (count == 0) return nullptr;
      if (count > kCapacity / 2) {  // head and tail were read at different times
        count = 0;
        head = head_.load(std::memory_order_acquire);
        continue;
      }
      for (uint32_t i = 0; i < count; ++i) {
        mine.ring_[(mine_tail + i) % kCapacity].store(ring_[(head + i) % kCapacity].load(std::memory_order_relaxed),
                                                      std::memory_order_relaxed);
      }
    } while (count == 0 ||
             !head_.compare_exchange_weak(head, head + count, std::memory_order_acq_rel, std::memory_order_acquire));
    *stolen = count--;
    G* taken = mine.ring_[(mine_tail + count) % kCapacity].load(std::memory_order_relaxed);
    if (count != 0) mine.tail_.store(mine_tail + count, std::memory_order_release);
    return taken;
  }

  // steal (any thread) takes the oldest of the ring, or null.
  G* steal() {
    uint32_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      const uint32_t size = tail_.load(std::memory_order_acquire) - head;  // pairs with push
      if (size == 0) return nullptr;
      G* g = ring_[head % kCapacity].load(std::memory_order_relaxed);
      if (size > kCapacity) {  // head and tail were read at different times
        head = head_.load(std::memory_order_acquire);
      } else if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
        return g;
      }
    }
  }

  // empty and size are exact for the owner and a hint for others.
  uint32_t ring_size() const { return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire); }
  bool empty() const { return next_.load(std::memory_order_relaxed) == nullptr && ring_size() == 0; }

 private:
  static constexpr uint32_t kPrefetchDistance = 3;  // goroutines ahead; measured: 2 to 4 are alike

  // prefetch starts to load a goroutine's first line and the top of its stack. A stale entry does no harm: control
  // blocks stay mapped.
  static void prefetch(const G* g) {
    const auto block = reinterpret_cast<uintptr_t>(g);
    for (const uintptr_t line : {block, block + 64, block - 64, block - 128}) {
      __builtin_prefetch(reinterpret_cast<const void*>(line), 1);
    }
  }

  alignas(64) std::atomic<uint32_t> head_{0};
  std::atomic<uint32_t> tail_{0};
  std::atomic<G*> next_{nullptr};
  std::atomic<G*> ring_[kCapacity] = {};
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_RUN_QUEUE_H_
