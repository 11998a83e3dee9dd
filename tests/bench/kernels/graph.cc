// Breadth-first searches over one shared graph in compressed rows: indirect reads of shared data.
#include "kernel.h"

namespace {

struct Graph {
  std::vector<std::uint32_t> first;  // of node i's edges; one more at the end
  std::vector<std::uint32_t> target;
};

Graph make_graph(std::uint32_t nodes, std::uint32_t degree) {
  kernel::Random random(3);
  Graph graph;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    graph.first.push_back(static_cast<std::uint32_t>(graph.target.size()));
    graph.target.push_back((node + 1) % nodes);  // a ring: every node is reached
    for (std::uint32_t i = 1; i < degree; ++i) graph.target.push_back(static_cast<std::uint32_t>(random.below(nodes)));
  }
  graph.first.push_back(static_cast<std::uint32_t>(graph.target.size()));
  return graph;
}

std::size_t walk(const Graph& graph, std::uint32_t start) {
  const std::size_t nodes = graph.first.size() - 1;
  std::vector<int> depth(nodes, -1);
  std::vector<std::uint32_t> queue{start};
  depth[start] = 0;
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const std::uint32_t node = queue[head];
    for (std::uint32_t edge = graph.first[node]; edge < graph.first[node + 1]; ++edge) {
      const std::uint32_t next = graph.target[edge];
      if (depth[next] >= 0) continue;
      depth[next] = depth[node] + 1;
      queue.push_back(next);
    }
  }
  return queue.size();
}

}  // namespace

int main() {
  return kernel::run([] {
    const Graph graph = make_graph(100000, 8);
    std::vector<std::size_t> reached(kernel::kThreads);
    kernel::parallel([&](int t) {
      for (std::uint32_t round = 0; round < 20; ++round) reached[t] += walk(graph, round * 17 + t);
    });
    for (std::size_t count : reached) kernel::expect(count == 20 * 100000u, "nodes reached");
  });
}
