// std::sort of integers, an array a thread: short loops, swaps, recursion.
#include <algorithm>

#include "kernel.h"

int main() {
  return kernel::run([] {
    std::vector<std::vector<std::uint64_t>> arrays(kernel::kThreads);
    kernel::parallel([&](int t) {
      kernel::Random random(t + 1);
      auto& array = arrays[t];
      array.resize(1500000);
      for (auto& value : array) value = random.next();
      std::sort(array.begin(), array.end());
    });
    for (const auto& array : arrays) kernel::expect(std::is_sorted(array.begin(), array.end()), "order");
  });
}
