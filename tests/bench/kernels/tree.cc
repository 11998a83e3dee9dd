// Binary search trees, one a thread: allocation and pointer chasing.
#include <memory>

#include "kernel.h"

namespace {

struct Node {
  explicit Node(std::uint64_t k) : key(k) {}
  std::uint64_t key;
  std::unique_ptr<Node> left, right;
};

void insert(std::unique_ptr<Node>& root, std::uint64_t key) {
  std::unique_ptr<Node>* place = &root;
  while (*place != nullptr) place = key < (*place)->key ? &(*place)->left : &(*place)->right;
  *place = std::make_unique<Node>(key);
}

// in_order counts the nodes, and checks that they ascend.
std::uint64_t in_order(const Node* node, std::uint64_t* last) {
  if (node == nullptr) return 0;
  const std::uint64_t left = in_order(node->left.get(), last);
  kernel::expect(*last <= node->key, "order of the tree");
  *last = node->key;
  return left + 1 + in_order(node->right.get(), last);
}

}  // namespace

int main() {
  return kernel::run([] {
    const std::uint64_t nodes = 150000;
    std::vector<std::uint64_t> counts(kernel::kThreads);
    kernel::parallel([&](int t) {
      kernel::Random random(t + 1);
      std::unique_ptr<Node> root;
      for (std::uint64_t i = 0; i < nodes; ++i) insert(root, random.next());
      std::uint64_t last = 0;
      for (int round = 0; round < 4; ++round) {
        last = 0;
        counts[t] = in_order(root.get(), &last);
      }
    });
    for (std::uint64_t count : counts) kernel::expect(count == nodes, "number of nodes");
  });
}
