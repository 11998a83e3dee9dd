// What atomic operations and fences do to clocks: C++'s happens-before (C++20 [intro.races], [atomics.fences]).
//
// A SyncVar's `released` is the clock of the release sequences that the object's present value belongs to: what an
// acquire load that reads this value synchronises with.
//   release store         replaces it by the strand's clock: a store starts anew
//   relaxed store         replaces it by the strand's last release fence, or nothing
//   release RMW           merges the strand's clock in: an RMW continues the sequences of the value it read
//   relaxed RMW           merges the last release fence in, leaves the rest
//   acquire load or RMW   joins it into the strand's clock
//   relaxed load or RMW   joins it into `relaxed_acquires`, which the strand's next acquire fence joins
// Consume counts as acquire (compilers do so too), seq_cst as acquire and release: the single order of seq_cst
// operations adds no happens-before edge.
//
// Thread safety: the functions on a SyncVar need it locked; the operation itself is done under the same lock, so that
// value and clock change as one. Exceptions, which can add an edge and never lose one (README.md): a relaxed store or
// an acquire load on an object that gets its first clock at the same moment.
#ifndef GORACE_DETECTOR_ABI_ATOMIC_CLOCKS_H_
#define GORACE_DETECTOR_ABI_ATOMIC_CLOCKS_H_

#include "detector/abi/call_stack.h"
#include "detector/abi/fences.h"
#include "detector/context/context.h"
#include "detector/syncvar/sync_var.h"

namespace gorace::detector {

// MemoryOrder: the numbers of compiler-rt's ABI, which are those of __ATOMIC_*. gcc may set higher bits (hints).
struct MemoryOrder {
  explicit MemoryOrder(int number) : order(number & 0x7fff) {}
  bool acquires() const {
    return order == __ATOMIC_CONSUME || order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL ||
           order == __ATOMIC_SEQ_CST;
  }
  bool releases() const { return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST; }
  int order;
};

// clocks_after_load: the strand read the object's present value (also a failed compare-exchange).
void clocks_after_load(Context* context, SyncVar& object, MemoryOrder order);
// clocks_after_store: the strand stored without reading.
void clocks_after_store(Context* context, SyncVar& object, MemoryOrder order);
// clocks_after_rmw: the strand replaced the value that it read.
void clocks_after_rmw(Context* context, SyncVar& object, MemoryOrder order);

// clocks_after_unseen is clocks_after_load for an operation that was done without the object's lock. It may add an
// edge.
void clocks_after_unseen(Context* context, uintptr_t object, MemoryOrder order);

void fence_clocks(Context* context, int order);

// load_needs_clock / write_needs_clock: whether an operation of that order has any business with an object's clock;
// write_makes_clock: whether it needs one to exist.
inline bool load_needs_clock(MemoryOrder order) { return order.acquires() || fences_in_use(); }
inline bool write_makes_clock(const Context* context, MemoryOrder order) {
  return order.releases() || !context->release_fence.empty();
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_ATOMIC_CLOCKS_H_
