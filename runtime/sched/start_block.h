// Start block: a goroutine that has not run yet, and has no stack yet. Those that wait behind many others get theirs
// when they first run (README, "Stacks are bound late").
//
// Its control block stands for the goroutine in the run queues and in dumps; Scheduler::bind_stack moves what it says
// into the control block of a stack. `g.sched.sp` is null, which no other queued goroutine's is. A free block's status
// is kDead, its labels are null and its name is empty.
//
// Ownership: a waiting block is its queue's, like any G; a free one the processor's cache's or the central list's. Each
// block outside the central list has a stack reserved in the pool, so that giving it one cannot fail. Blocks are never
// unmapped: stale pointers may be read. Their number is bounded, since they are kept for ever.
#ifndef GORACE_RUNTIME_SCHED_START_BLOCK_H_
#define GORACE_RUNTIME_SCHED_START_BLOCK_H_

#include <cstddef>
#include <cstdint>

#include "runtime/arch/context.h"
#include "runtime/sched/goroutine.h"
#include "runtime/sched/processor.h"

namespace gorace::runtime {

inline constexpr size_t kStartClosureBytes = 40;
inline constexpr size_t kStartClosureAlign = 8;
inline constexpr int kMaxStartBlocks = 16 * 1024;                // 6 MiB
inline constexpr int kStartBlockBatch = P::kMaxStartBlocks / 2;  // moved at once between a processor and the others

struct StartBlock {
  G g;
  // What follows fills one cache line.
  void (*move)(void* to, void* from) = nullptr;
  FloatControl float_control{};
  bool unreserved = false;  // its goroutine took the last stack that its reservation stood for
  alignas(kStartClosureAlign) unsigned char closure[kStartClosureBytes];
};
static_assert(sizeof(StartBlock) == sizeof(G) + 64);

// take_start_block returns a free block, or null: there are as many as may be, or no stacks to reserve for more.
StartBlock* take_start_block(P* p);

// give_start_block_back: its goroutine runs, or was never started. Null p: the caller holds no processor.
void give_start_block_back(P* p, StartBlock* block);

// start_block_of: waiting is a G without a stack.
inline StartBlock* start_block_of(G* waiting) { return reinterpret_cast<StartBlock*>(waiting); }

// for_each_start_block visits the G of every block, free ones too. Async-signal-safe but for what visit does.
void for_each_start_block(void (*visit)(G*, void*), void* argument);

// lock_start_blocks and unlock_start_blocks: around fork(), so that the child finds the central list whole.
void lock_start_blocks();
void unlock_start_blocks();

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_START_BLOCK_H_
