#include "detector/lock_order/lock_order.h"

#include <atomic>
#include <cstring>

#include "detector/context/losses.h"
#include "detector/context/thread_state.h"
#include "detector/report/finding.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/no_destructor.h"
#include "runtime/base/options.h"
#include "runtime/base/spin_lock.h"

namespace gorace::detector {
namespace {

constexpr int kMaxCycle = 32;
// A new edge looks at no more than this many others for a cycle.
constexpr int kMaxSteps = 1 << 14;
constexpr uint32_t kNone = 0;
constexpr size_t kBuckets = size_t{1} << 12;
constexpr size_t kKnownOrders = size_t{1} << 14;
constexpr size_t kLineBits = size_t{1} << 16;
constexpr size_t kLineBytes = 64;

struct Who {
  StrandKind kind;
  uint64_t id;
  char name[sizeof(Context::name)];
};

// Edge: while it held the lock of one node, a strand took that of another. One for each set of further locks (gates)
// that were held.
struct Edge {
  uint32_t to;
  uint32_t next;  // of the same lock held
  OriginId held_place;
  OriginId taken_place;
  Who who;
  int gate_count;
  uintptr_t gates[HeldLocks::kMost];
};

struct Node {
  uintptr_t lock;  // 0: free
  uint32_t edges;  // the first one
  uint32_t next;   // in its bucket, or among the free ones
  uint32_t visit;  // the last search that came here
  bool handed_over;
};

uint64_t mix(uint64_t value) {
  value *= 0x9e3779b97f4a7c15u;
  return value ^ value >> 29;
}

// Graph: element 0 of nodes and edges is none.
struct Graph {
  runtime::SpinLock lock;
  runtime::InternalVector<Node> nodes;
  runtime::InternalVector<Edge> edges;
  uint32_t buckets[kBuckets] = {};
  uint32_t free_node = 0;
  uint32_t free_edge = 0;
  uint32_t visits = 0;
  std::atomic<size_t> used_nodes{0};
  // Orders that are in the graph, by hash: found without the lock. Emptied when a lock is forgotten.
  std::atomic<uint64_t> known[kKnownOrders] = {};
  // Which cache lines of memory may hold a lock of the graph, by hash; bits are never cleared.
  std::atomic<uint8_t> lines[kLineBits / 8] = {};
};
// Never destroyed: static destructors of the program take locks, and end them.
constinit runtime::NoDestructor<Graph> g_storage;
constinit Graph& g_graph = g_storage.value;

// Locked: the graph's lock, held where no signal handler of this thread can come.
class Locked {
 public:
  Locked() { g_graph.lock.lock(); }
  ~Locked() { g_graph.lock.unlock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  DetectorScope scope_;
};

size_t bucket_of(uintptr_t lock) { return mix(lock) >> 40 & (kBuckets - 1); }
size_t line_of(uintptr_t address) { return mix(address / kLineBytes) >> 40 & (kLineBits - 1); }

bool line_may_hold(uintptr_t address) {
  const size_t line = line_of(address);
  return (g_graph.lines[line / 8].load(std::memory_order_relaxed) & 1u << line % 8) != 0;
}

uint32_t find_node(uintptr_t lock) {
  for (uint32_t i = g_graph.buckets[bucket_of(lock)]; i != kNone; i = g_graph.nodes[i].next) {
    if (g_graph.nodes[i].lock == lock) return i;
  }
  return kNone;
}

uint32_t node_of(uintptr_t lock) {
  if (const uint32_t found = find_node(lock); found != kNone) return found;
  uint32_t index = g_graph.free_node;
  if (index != kNone) {
    g_graph.free_node = g_graph.nodes[index].next;
  } else {
    if (g_graph.nodes.empty()) g_graph.nodes.push_back({});
    index = static_cast<uint32_t>(g_graph.nodes.size());
    g_graph.nodes.push_back({});
  }
  uint32_t& bucket = g_graph.buckets[bucket_of(lock)];
  g_graph.nodes[index] = {.lock = lock, .edges = kNone, .next = bucket, .visit = 0, .handed_over = false};
  bucket = index;
  g_graph.used_nodes.fetch_add(1, std::memory_order_relaxed);
  const size_t line = line_of(lock);
  g_graph.lines[line / 8].fetch_or(static_cast<uint8_t>(1u << line % 8), std::memory_order_relaxed);
  return index;
}

bool same_gates(const Edge& one, const Edge& other) {
  if (one.gate_count != other.gate_count) return false;
  return memcmp(one.gates, other.gates, static_cast<size_t>(one.gate_count) * sizeof(uintptr_t)) == 0;
}

// add_edge returns its index, or kNone when it is there already.
uint32_t add_edge(uint32_t from, const Edge& edge) {
  for (uint32_t i = g_graph.nodes[from].edges; i != kNone; i = g_graph.edges[i].next) {
    if (g_graph.edges[i].to == edge.to && same_gates(g_graph.edges[i], edge)) return kNone;
  }
  uint32_t index = g_graph.free_edge;
  if (index != kNone) {
    g_graph.free_edge = g_graph.edges[index].next;
  } else {
    if (g_graph.edges.empty()) g_graph.edges.push_back({});
    index = static_cast<uint32_t>(g_graph.edges.size());
    g_graph.edges.push_back({});
  }
  g_graph.edges[index] = edge;
  g_graph.edges[index].next = g_graph.nodes[from].edges;
  g_graph.nodes[from].edges = index;
  return index;
}

void remove_edge(uint32_t* link) {
  const uint32_t index = *link;
  *link = g_graph.edges[index].next;
  g_graph.edges[index].next = g_graph.free_edge;
  g_graph.free_edge = index;
}

// Search for a way from the lock just taken back to one that was held.
struct Search {
  uint32_t target;
  int steps;
  int length;
  uint32_t path[kMaxCycle];  // edges; path[0] is the new one
  bool gave_up = false;      // something was not looked at: a longer cycle, or more edges

  bool has_gate(int edge, uintptr_t gate) const {
    const Edge& tried = g_graph.edges[path[edge]];
    for (int i = 0; i < tried.gate_count; ++i) {
      if (tried.gates[i] == gate) return true;
    }
    return false;
  }

  // A lock that every edge of the cycle was made under keeps them apart.
  bool is_gated() const {
    const Edge& first = g_graph.edges[path[0]];
    for (int i = 0; i < first.gate_count; ++i) {
      int holders = 1;
      while (holders < length && has_gate(holders, first.gates[i])) ++holders;
      if (holders == length) return true;
    }
    return false;
  }

  // Depth first; a node is entered once, which finds some cycle when there is one, not each of them.
  bool find_from(uint32_t node) {
    if (node == target) return !is_gated();
    if (length == kMaxCycle) {
      gave_up = gave_up || g_graph.nodes[node].edges != kNone;
      return false;
    }
    g_graph.nodes[node].visit = g_graph.visits;
    for (uint32_t i = g_graph.nodes[node].edges; i != kNone; i = g_graph.edges[i].next) {
      if (--steps < 0) {
        gave_up = true;
        return false;
      }
      const uint32_t to = g_graph.edges[i].to;
      if (to != target && g_graph.nodes[to].visit == g_graph.visits) continue;
      path[length++] = i;
      if (find_from(to)) return true;
      --length;
    }
    return false;
  }
};

// Cycle: copied out of the graph, to be reported without its lock.
struct Cycle {
  int length = 0;
  struct {
    uintptr_t held;
    Edge edge;
  } edges[kMaxCycle];
};

void copy_cycle(const Search& search, uint32_t first_held, Cycle* out) {
  out->length = search.length;
  uint32_t held = first_held;
  for (int i = 0; i < search.length; ++i) {
    const Edge& edge = g_graph.edges[search.path[i]];
    out->edges[i] = {g_graph.nodes[held].lock, edge};
    held = edge.to;
  }
}

void report_cycle(const Cycle& cycle) {
  FindingStack stacks[2 * kMaxCycle];
  Context strands[kMaxCycle];
  for (int i = 0; i < cycle.length; ++i) {
    const Edge& edge = cycle.edges[i].edge;
    strands[i].kind = edge.who.kind;
    strands[i].id = edge.who.id;
    memcpy(strands[i].name, edge.who.name, sizeof strands[i].name);
    const uintptr_t taken = cycle.edges[(i + 1) % cycle.length].held;
    stacks[2 * i] = {"Lock", cycle.edges[i].held, " held by ", &strands[i], ", taken at:\n", edge.held_place};
    stacks[2 * i + 1] = {"Lock", taken, " taken meanwhile by ", &strands[i], " at:\n", edge.taken_place};
  }
  report_finding({.headline = "POTENTIAL DEADLOCK: locks are taken in orders that form a cycle",
                  .suppression = SuppressionType::kDeadlock,
                  .stacks = stacks,
                  .stack_count = 2 * cycle.length});
}

bool is_handed_over(uintptr_t lock) {
  const uint32_t node = find_node(lock);
  return node != kNone && g_graph.nodes[node].handed_over;
}

// The strand's locks but the one that the edge begins with.
void set_gates(const HeldLocks& held, int but, Edge* edge) {
  for (int i = 0; i < held.count(); ++i) {
    if (i == but || held[i].address == held[but].address || is_handed_over(held[i].address)) continue;
    edge->gates[edge->gate_count++] = held[i].address;
  }
}

// add_order adds the edge from the held lock number `which`; true when it closes a cycle, copied to *cycle.
bool add_order(const Context& context, int which, uintptr_t lock, OriginId place, Cycle* cycle) {
  const HeldLocks& held = context.held;
  const uint32_t from = node_of(held[which].address);
  const uint32_t to = node_of(lock);
  if (g_graph.nodes[from].handed_over) return false;
  Edge edge{.to = to,
            .next = kNone,
            .held_place = held[which].place,
            .taken_place = place,
            .who = {context.kind, context.id, {}},
            .gate_count = 0,
            .gates = {}};
  memcpy(edge.who.name, context.name, sizeof edge.who.name);
  set_gates(held, which, &edge);
  const uint32_t added = add_edge(from, edge);
  if (added == kNone) return false;
  ++g_graph.visits;
  Search search{.target = from, .steps = kMaxSteps, .length = 1, .path = {added}};
  if (!search.find_from(to)) {
    if (search.gave_up) count_loss(Loss::kLockOrderDropped);
    return false;
  }
  copy_cycle(search, from, cycle);
  return true;
}

uint64_t order_key(const HeldLocks& held, uintptr_t lock) {
  uint64_t key = mix(lock);
  for (int i = 0; i < held.count(); ++i) key = mix(key ^ held[i].address);
  return key | 1;
}

void forget_node(uint32_t node) {
  uint32_t* link = &g_graph.buckets[bucket_of(g_graph.nodes[node].lock)];
  while (*link != node) link = &g_graph.nodes[*link].next;
  *link = g_graph.nodes[node].next;
  while (g_graph.nodes[node].edges != kNone) remove_edge(&g_graph.nodes[node].edges);
  for (Node& other : g_graph.nodes) {
    for (uint32_t* edge = &other.edges; *edge != kNone;) {
      if (g_graph.edges[*edge].to == node) {
        remove_edge(edge);
      } else {
        edge = &g_graph.edges[*edge].next;
      }
    }
  }
  g_graph.nodes[node] = {.lock = 0, .edges = kNone, .next = g_graph.free_node, .visit = 0, .handed_over = false};
  g_graph.free_node = node;
  g_graph.used_nodes.fetch_sub(1, std::memory_order_relaxed);
}

// forget_in_line forgets the locks in [low, high), which lies in one cache line.
void forget_in_line(uintptr_t low, uintptr_t high) {
  bool forgot = false;
  for (uintptr_t address = low; address < high; ++address) {
    const uint32_t node = find_node(address);
    if (node == kNone) continue;
    forget_node(node);
    forgot = true;
  }
  if (!forgot) return;
  for (auto& order : g_graph.known) order.store(0, std::memory_order_relaxed);
}

}  // namespace

void learn_lock_order(const Context* context, uintptr_t lock, OriginId place) {
  if (!runtime::options().detect_deadlocks || context->held.holds(lock)) return;
  const uint64_t key = order_key(context->held, lock);
  // relaxed: a hit says only that the order was put into the graph some time.
  std::atomic<uint64_t>& known = g_graph.known[key >> 48 & (kKnownOrders - 1)];
  if (known.load(std::memory_order_relaxed) == key) return;
  // Of what is held besides only the number is known.
  if (context->held.uncounted() != 0) count_loss(Loss::kLockOrderDropped);
  Cycle* cycle = runtime::internal_new<Cycle>();
  for (int i = 0; i < context->held.count(); ++i) {
    bool found = false;
    {
      const Locked locked;
      found = add_order(*context, i, lock, place, cycle);
      known.store(key, std::memory_order_relaxed);
    }
    if (found) report_cycle(*cycle);
  }
  runtime::internal_delete(cycle);
}

void note_lock_handed_over(uintptr_t lock) {
  if (!runtime::options().detect_deadlocks) return;
  const Locked locked;
  Node& node = g_graph.nodes[node_of(lock)];
  node.handed_over = true;
  while (node.edges != kNone) remove_edge(&node.edges);
}

void forget_lock_order(uintptr_t address, size_t bytes) {
  if (g_graph.used_nodes.load(std::memory_order_relaxed) == 0) return;
  const uintptr_t end = address + bytes;
  for (uintptr_t low = address; low < end;) {
    const uintptr_t high = (low / kLineBytes + 1) * kLineBytes;
    if (line_may_hold(low)) {
      const Locked locked;
      forget_in_line(low, high < end ? high : end);
    }
    low = high;
  }
}

void lock_order_after_fork() { g_graph.lock.unlock(); }

size_t ordered_locks() { return g_graph.used_nodes.load(std::memory_order_relaxed); }

}  // namespace gorace::detector
