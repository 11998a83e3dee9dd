#include "runtime/sched/start_block.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/no_destructor.h"
#include "runtime/base/spin_lock.h"
#include "runtime/sched/sanitizer.h"
#include "runtime/stack/stack_pool.h"

namespace gorace::runtime {
namespace {

// Slab: blocks in a row, so that the processor can fetch ahead. As many as fill what the internal allocator hands out.
constexpr size_t kSlabBytes = size_t{32} << 10;
constexpr int kSlabBlocks = static_cast<int>((kSlabBytes - sizeof(void*)) / sizeof(StartBlock));
struct Slab {
  StartBlock blocks[kSlabBlocks];
  Slab* next = nullptr;
};
constexpr int kMaxSlabs = kMaxStartBlocks / kSlabBlocks;

SpinLock g_start_lock;
// Under the lock; g_start_slabs is also walked without.
constinit NoDestructor<InternalVector<StartBlock*>> g_free;  // goroutines may start while the process exits
InternalVector<StartBlock*>& g_free_blocks = g_free.value;
int g_slab_count = 0;
constinit std::atomic<Slab*> g_start_slabs{nullptr};

// add_slab_locked makes a slab of free blocks; false at the limit.
bool add_slab_locked() {
  if (g_slab_count == kMaxSlabs) return false;
  ++g_slab_count;
  Slab* slab = internal_new<Slab>();
  sanitizer_leak_root(slab, sizeof(Slab));  // a closure may hold the only pointer to something
  slab->next = g_start_slabs.load(std::memory_order_relaxed);
  g_start_slabs.store(slab, std::memory_order_release);  // pairs with for_each_start_block
  for (int i = kSlabBlocks; i-- > 0;) g_free_blocks.push_back(&slab->blocks[i]);
  return true;
}

// refill takes a batch from the central list, with stacks reserved; returns how many.
[[gnu::noinline]] int refill(P* p) {
  g_start_lock.lock();
  int count = 0;
  if (g_free_blocks.size() != 0 || add_slab_locked())
    count = static_cast<int>(std::min<size_t>(g_free_blocks.size(), kStartBlockBatch));
  if (count != 0 && !stack_reserve(count)) count = 0;
  for (int i = count; i-- > 0;) {
    p->free_start_blocks[i] = g_free_blocks.back();
    g_free_blocks.pop_back();
  }
  g_start_lock.unlock();
  return count;
}

void put_back(StartBlock* const* blocks, int count) {
  g_start_lock.lock();
  for (int i = 0; i < count; ++i) g_free_blocks.push_back(blocks[i]);
  g_start_lock.unlock();
}

[[gnu::noinline]] void put_back_one(StartBlock* block) {
  if (!block->unreserved) stack_unreserve(1);
  block->unreserved = false;
  put_back(&block, 1);
}

}  // namespace

StartBlock* take_start_block(P* p) {
  int count = p->free_start_block_count;
  if (count == 0) count = refill(p);
  if (count == 0) return nullptr;
  p->free_start_block_count = --count;
  return p->free_start_blocks[count];
}

void give_start_block_back(P* p, StartBlock* block) {
  if (__builtin_expect(p == nullptr || block->unreserved, 0)) {
    put_back_one(block);
    return;
  }
  int count = p->free_start_block_count;
  if (count == P::kMaxStartBlocks) {  // the oldest go
    put_back(p->free_start_blocks, kStartBlockBatch);
    stack_unreserve(kStartBlockBatch);
    count -= kStartBlockBatch;
    memmove(p->free_start_blocks, p->free_start_blocks + kStartBlockBatch,
            static_cast<size_t>(count) * sizeof(StartBlock*));
  }
  p->free_start_blocks[count] = block;
  p->free_start_block_count = count + 1;
}

void for_each_start_block(void (*visit)(G*, void*), void* argument) {
  for (Slab* slab = g_start_slabs.load(std::memory_order_acquire); slab != nullptr; slab = slab->next) {
    for (StartBlock& block : slab->blocks) visit(&block.g, argument);
  }
}

void lock_start_blocks() { g_start_lock.lock(); }
void unlock_start_blocks() { g_start_lock.unlock(); }

}  // namespace gorace::runtime
