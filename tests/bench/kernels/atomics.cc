// A histogram of relaxed atomics, and a sequentially consistent counter.
#include <atomic>

#include "kernel.h"

int main() {
  return kernel::run([] {
    const int operations = 8000000;
    std::vector<std::atomic<std::uint64_t>> histogram(1024);
    std::atomic<std::uint64_t> batches{0};
    kernel::parallel([&](int t) {
      kernel::Random random(t + 1);
      for (int i = 0; i < operations; ++i) {
        histogram[random.next() >> 54].fetch_add(1, std::memory_order_relaxed);
        if (i % 16 == 0) batches.fetch_add(1);
      }
    });
    std::uint64_t sum = 0;
    for (const auto& bucket : histogram) sum += bucket.load(std::memory_order_relaxed);
    kernel::expect(sum == std::uint64_t{operations} * kernel::kThreads && batches == sum / 16, "sums");
  });
}
