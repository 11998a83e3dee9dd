// ThreadState: what the detector keeps for an OS thread, whichever strand it runs: caches of the slabs, of origins and
// of the stack's bounds, and whether it is inside the detector now.
//
// States are never unmapped. The state of a thread that is gone is found out by its id (the kernel knows it no more)
// when new states are needed, and passes with its caches to a new thread; so nobody has to announce a thread's end.
//
// Thread safety: a state is used by its thread only, except where a field says otherwise.
#ifndef GORACE_DETECTOR_CONTEXT_THREAD_STATE_H_
#define GORACE_DETECTOR_CONTEXT_THREAD_STATE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "detector/abi/abi.h"
#include "detector/context/fork_gate.h"
#include "detector/memory/index_slab.h"

namespace gorace::detector {

struct OriginCacheEntry {
  uint64_t key;
  uint32_t origin;
};

// OwnAccess: the history that `tag` names has an entry with the identity and at least the bytes of `word`
// (shadow/own_access.h).
struct OwnAccess {
  uint64_t tag;
  uint64_t word;
};

// OwnAtomic: the last atomic access of one direction that a strand of this thread made to the granule whose history
// `tag` names (shadow/atomic_access.h). `granule`: the word may be newer than the record's; null: it is not.
struct OwnAtomic {
  uint64_t tag;
  uint64_t word;
  uint64_t* granule;
};

struct OwnAtomics {
  static constexpr size_t kEntries = 1024;
  OwnAtomic entries[2][kEntries];  // by direction; zero at first
  uint32_t passed_over;            // attempts to have a place that another object's newer word was in
};

// Transition: what an access made of a granule's words, to be repeated on others like it (shadow/transition.h).
struct Transition {
  uint64_t old_write, old_read;
  uint64_t access;
  uint64_t new_write, new_read;
  uint32_t credits;  // references to the new record that are not given away yet
  uint32_t dropped;  // references to the old record that are not given back yet
  bool is_write;
  bool keeps_read_word;
  bool is_known;  // false: seen once, only the key is valid
};

// ReadLane: a strand's latest reads of one granule, beside the granule's record (shadow/read_lanes.h).
struct ReadLane {
  uint64_t tag;  // of the record; 0: never used
  uint64_t* words;
  uint64_t latest;
  uint64_t earlier;  // 0, or a read of an earlier epoch, of bytes that are not in `latest`
};

// SharedContent: a record with some content, for all granules that come to have it (shadow/intern.h).
struct SharedContent {
  uint64_t hash;
  uint64_t tag;      // 0: seen once
  uint32_t credits;  // references that are not given away yet
};

struct ThreadState {
  // First, where assembly looks (abi/entry_x86_64.S).
  static constexpr size_t kOwnAccesses = GORACE_OWN_ACCESSES;
  OwnAccess own_accesses[kOwnAccesses][2] = {};  // by direction
  static constexpr int kOriginCacheBits = GORACE_ORIGIN_CACHE_BITS;
  OriginCacheEntry origins[size_t{1} << kOriginCacheBits] = {};

  // The granule whose lock this thread holds (shadow/granule.h). Written by the thread, read by its own signal handlers
  // and by the child of a fork. Volatile: the compiler must not move it across the locked stretch.
  uint64_t* volatile locked_granule = nullptr;

  // > 0: inside the detector. A signal trampoline must put the handler off until leave_detector (see DetectorScope).
  volatile int busy_depth = 0;
  volatile bool signal_waiting = false;

  SlabCache clock_nodes;
  SlabCache shadow_records;
  SlabCache sync_vars;
  SlabCache heap_cells;

  // Origins of the calls of interposed functions, by their place (abi/call_stack.cc): 44 bits of the key, then the
  // origin.
  static constexpr size_t kCallOrigins = 256;
  uint64_t call_origins[kCallOrigins] = {};

  // Read by other threads, too (shadow/atomic_access.h). Null: more threads than tables.
  OwnAtomics* own_atomics = nullptr;
  uint32_t number = 0;  // of this state, from 0 on

  static constexpr int kTransitionBits = 8;
  Transition transitions[size_t{1} << kTransitionBits] = {};
  static constexpr int kContentBits = 7;
  SharedContent contents[size_t{1} << kContentBits] = {};

  static constexpr size_t kReadLanes = 256;
  ReadLane read_lanes[kReadLanes] = {};  // written by the thread, read by all

  // Bounds of a stack that this thread ran on lately (origin/stack_walk.cc).
  uintptr_t stack_low = 0;
  uintptr_t stack_high = 0;

  // Guarded by the lock of the list of states.
  int thread_id = 0;
  ThreadState* next = nullptr;
  ThreadState* next_free = nullptr;
};

static_assert(offsetof(ThreadState, own_accesses) == GORACE_STATE_OWN_ACCESSES);
static_assert(offsetof(ThreadState, locked_granule) == GORACE_STATE_LOCKED_GRANULE);
static_assert(offsetof(ThreadState, origins) == GORACE_STATE_ORIGINS && sizeof(OriginCacheEntry) == 16);
static_assert(offsetof(OriginCacheEntry, origin) == 8);
static_assert(offsetof(GoraceTls, thread_state) == GORACE_TLS_THREAD_STATE);
static_assert(offsetof(GoraceTls, access_masks) == GORACE_TLS_ACCESS_MASKS);

// The calling thread's state, made at the first need.
ThreadState& make_thread_state();
inline ThreadState& thread_state() {
  auto* state = static_cast<ThreadState*>(__gorace_tls.thread_state);
  if (__builtin_expect(state == nullptr, 0)) return make_thread_state();
  return *state;
}

// for_each_thread_state visits the states of all threads, gone ones included.
void for_each_thread_state(void (*visit)(ThreadState&, void*), void* argument);

// own_atomics_of is the table of the state with this number; there are own_atomics_tables(). No lock is taken.
OwnAtomics& own_atomics_of(uint32_t number);
uint32_t own_atomics_tables();

// thread_states_after_fork: in the child, the calling thread is the only one, and has a new id.
void thread_states_after_fork();

// Signals. The detector's locks are not reentrant, so a handler must not run while its thread is inside. A trampoline
// around the program's handlers asks in_detector(): when true it keeps the signal, calls note_deferred_signal(), and
// returns; on_signal_point is called when the thread leaves the detector.
inline bool in_detector() {
  auto* state = static_cast<ThreadState*>(__gorace_tls.thread_state);
  return state != nullptr && (state->busy_depth > 0 || state->locked_granule != nullptr);
}
inline void note_deferred_signal() { thread_state().signal_waiting = true; }
void set_deferred_signal_runner(void (*run)());
void run_deferred_signals(ThreadState& state);

inline void enter_detector(ThreadState& state) {
  const int depth = state.busy_depth + 1;
  state.busy_depth = depth;
  // Only the compiler's order is needed: close_fork_gate() sees to the processor's.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (__builtin_expect(g_fork_gate_closed.load(std::memory_order_relaxed), 0) && depth == 1) wait_at_fork_gate(state);
}
inline void leave_detector(ThreadState& state) {
  const int depth = state.busy_depth - 1;
  state.busy_depth = depth;
  if (__builtin_expect(depth == 0 && state.signal_waiting, 0)) run_deferred_signals(state);
}

// leave_granule is leave_detector for an access that only held a granule.
inline void leave_granule(ThreadState& state) {
  if (__builtin_expect(state.signal_waiting, 0) && state.busy_depth == 0) run_deferred_signals(state);
}

class DetectorScope {
 public:
  DetectorScope() : DetectorScope(thread_state()) {}
  explicit DetectorScope(ThreadState& state) : state_(state) { enter_detector(state_); }
  ~DetectorScope() { leave_detector(state_); }
  DetectorScope(const DetectorScope&) = delete;
  DetectorScope& operator=(const DetectorScope&) = delete;

 private:
  ThreadState& state_;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_THREAD_STATE_H_
