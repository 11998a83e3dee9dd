// Nodes of vector clocks: 64 bytes, one cache line, sixteen 32-bit words: epochs in a leaf, indices of children in an
// inner node. Reference counts live beside them, so that a leaf is exactly its epochs.
//
// Immutability: a node whose count is above one is never changed. Whoever holds the only reference may change it in
// place: the acquire load in is_unique pairs with the release decrement of whoever held another reference, so that its
// reads are over.
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_CLOCK_NODE_POOL_H_
#define GORACE_DETECTOR_CLOCK_NODE_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "detector/memory/index_slab.h"

namespace gorace::detector {

using NodeIndex = uint32_t;  // 0: no node, all epochs below it are zero

struct alignas(64) ClockNode {
  static constexpr int kWidth = 16;
  uint32_t word[kWidth];
};
static_assert(sizeof(ClockNode) == 64);

inline constexpr uint32_t kMaxClockNodes = uint32_t{1} << 28;
extern IndexSlab<ClockNode> g_clock_nodes;
extern std::atomic<uint32_t>* g_clock_references;

inline ClockNode& node_at(NodeIndex index) { return g_clock_nodes.at(index); }

// allocate_node returns a node with one reference and arbitrary words.
NodeIndex allocate_node();
// destroy_node frees a node whose last reference is gone, and drops its children's.
void destroy_node(NodeIndex index, int height);

// reference adds a reference and returns `index`; 0 stays 0.
inline NodeIndex reference(NodeIndex index) {
  // relaxed: the caller holds a reference already, or the lock of the clock that does.
  if (index != 0) g_clock_references[index].fetch_add(1, std::memory_order_relaxed);
  return index;
}

inline bool is_unique(NodeIndex index) { return g_clock_references[index].load(std::memory_order_acquire) == 1; }

// unreference drops one reference of a node of the given height (0: leaf), and its children's when it was the last. 0
// is allowed.
inline void unreference(NodeIndex index, int height) {
  if (index == 0) return;
  std::atomic<uint32_t>& count = g_clock_references[index];
  // The only holder need not tell anybody.
  if (count.load(std::memory_order_acquire) == 1 || count.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    destroy_node(index, height);
  }
}

// Number of nodes now. For tests; exact while no other thread is at work.
size_t clock_nodes_in_use();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CLOCK_NODE_POOL_H_
