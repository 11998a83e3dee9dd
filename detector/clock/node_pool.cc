#include "detector/clock/node_pool.h"

#include "detector/context/thread_state.h"
#include "runtime/base/check.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {

constinit IndexSlab<ClockNode> g_clock_nodes(kMaxClockNodes, "vector clocks");
constinit std::atomic<uint32_t>* g_clock_references = nullptr;

namespace {

constinit runtime::SpinLock g_reserve_lock;

// The first node of the process: written before any index exists, read only by holders of one.
[[gnu::noinline]] void reserve_references() {
  g_reserve_lock.lock();
  if (g_clock_references == nullptr) {
    auto* region = reserve_region(size_t{kMaxClockNodes} * sizeof(std::atomic<uint32_t>), "vector clocks");
    __atomic_store_n(&g_clock_references, static_cast<std::atomic<uint32_t>*>(region), __ATOMIC_RELEASE);
  }
  g_reserve_lock.unlock();
}

}  // namespace

NodeIndex allocate_node() {
  if (__builtin_expect(__atomic_load_n(&g_clock_references, __ATOMIC_ACQUIRE) == nullptr, 0)) reserve_references();
  const NodeIndex index = g_clock_nodes.allocate(thread_state().clock_nodes);
  // 2^28 nodes are 16 GiB of clocks; without one, what happened before what is no longer known, and every report would
  // be a guess.
  GORACE_CHECK(index != 0);
  g_clock_references[index].store(1, std::memory_order_relaxed);
  return index;
}

void destroy_node(NodeIndex index, int height) {
  if (height > 0) {
    const ClockNode& node = node_at(index);
    for (uint32_t child : node.word) unreference(child, height - 1);
  }
  g_clock_nodes.free(thread_state().clock_nodes, index);
}

size_t clock_nodes_in_use() {
  size_t cached = 0;
  for_each_thread_state([](ThreadState& state, void* sum) { *static_cast<size_t*>(sum) += state.clock_nodes.count; },
                        &cached);
  return g_clock_nodes.outside_pool() - cached;
}

}  // namespace gorace::detector
