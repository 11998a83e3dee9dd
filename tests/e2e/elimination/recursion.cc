// A tree of two million calls has not a stack for each: no origin is lost, and the race in a leaf has its two sides.
// expect: race
// expect-report: recursion.cc:14
// expect-report: recursion.cc:32
// expect-no-report: without a stack
#include <thread>

namespace {

constexpr int kDepth = 20;
long visits[2u << kDepth];
long shared_by_two;

[[gnu::noinline]] void touch() { shared_by_two++; }

[[gnu::noinline]] void visit(int depth, unsigned path) {
  visits[path] = depth;  // of its own: each is recorded
  if (depth == 0) {
    if (path == (2u << kDepth) - 1) touch();  // the last leaf
    return;
  }
  visit(depth - 1, path << 1);
  visit(depth - 1, path << 1 | 1);
  visits[path]++;
}

}  // namespace

int main() {
  std::thread walker(visit, kDepth, 1u);
  // Not ordered with the leaf's.
  shared_by_two++;
  walker.join();
  return visits[0] != 0;
}
