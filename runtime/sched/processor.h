// P: a processor, the right to run goroutines and what goes with it: a run queue, timers, a cache of free stacks. An M
// needs one to run goroutines; GOMAXPROCS of them count as active.
//
// States and who moves them (all under Scheduler::lock, but for the hint in attention):
//   free      no M, not active, empty queue; kept for reuse
//   idle      no M, active, empty queue; in Scheduler::idle_ps
//   running   held by an M, active
//   detached  held by an M, not active: sysmon found its goroutine running too long, or GOMAXPROCS shrank. The M learns
//   at its next
//             scheduling point; the queue stays stealable until then.
#ifndef GORACE_RUNTIME_SCHED_PROCESSOR_H_
#define GORACE_RUNTIME_SCHED_PROCESSOR_H_

#include <atomic>
#include <cstdint>

#include "runtime/sched/run_queue.h"
#include "runtime/timer/timer_heap.h"

namespace gorace::runtime {

struct StartBlock;

enum class PState : uint8_t { kFree, kIdle, kRunning, kDetached };

struct alignas(64) P {
  // The holding M's, but for the queue's thief side.
  RunQueue queue;
  // Scheduling points until the global queue and the clock are looked at; not above 0: at the next one. A P may change
  // hands in that state.
  int32_t polls_left = 1;
  std::atomic<int> free_stack_count{0};  // cache of dead G, default size: free_stacks[0, count); schedtrace reads it
  uint64_t next_id = 0;                  // [next_id, last_id): goroutine ids reserved for this P
  uint64_t last_id = 0;
  // handoffs counts how often in a row a readied goroutine was next run by this very P. Past a limit, ready() no longer
  // wakes another processor for it: a futex call costs more than the hand-over (see README, "Wake-ups").
  std::atomic<uint32_t> handoffs{0};  // thieves and sysmon reset it

  static constexpr int kMaxFreeStacks = 64;
  G* free_stacks[kMaxFreeStacks] = {};
  static constexpr int kMaxStartBlocks = 128;
  int free_start_block_count = 0;  // start_block.h
  StartBlock* free_start_blocks[kMaxStartBlocks] = {};

  // fine_grained: what was stolen from here last ran for so short that fetching it from another core's cache cost more.
  // Then nobody is woken to steal here, until sysmon finds that the holder does not get on with its queue. Thieves and
  // sysmon write it.
  std::atomic<bool> fine_grained{false};

  // Read by others.
  alignas(64) std::atomic<uint32_t> tick{0};  // scheduling points passed; written by the holder
  std::atomic<bool> detached{false};          // the holder must give up or re-attach at its next scheduling point
  std::atomic<int64_t> live{0};               // goroutines made minus goroutines ended here; the sum over all P counts
  std::atomic<uint64_t> created{0};           // goroutines made here
  std::atomic<int64_t> channels{0};           // channels made here minus channels that ended here
  std::atomic<M*> machine{nullptr};           // the holder
  std::atomic<PState> state{PState::kFree};   // under Scheduler::lock; sysmon peeks
  P* next = nullptr;                          // link in idle_ps or free_ps, under Scheduler::lock
  uint32_t index = 0;
  uint32_t seen_tick = 0;  // sysmon's notes
  uint32_t spread_tick = 0;
  int64_t seen_since_ns = 0;
  int64_t seen_cpu_ns = -1;  // of the holder's thread when it was first suspected; -1: not yet

  TimerHeap timers;
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_PROCESSOR_H_
