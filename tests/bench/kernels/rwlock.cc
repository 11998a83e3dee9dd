// A table under std::shared_mutex: mostly read, now and then written.
#include <mutex>
#include <shared_mutex>

#include "kernel.h"

int main() {
  return kernel::run([] {
    const int operations = 1500000;
    std::shared_mutex mutex;
    std::vector<std::uint64_t> table(1024, 1);
    std::vector<std::uint64_t> reads(kernel::kThreads), writes(kernel::kThreads);
    kernel::parallel([&](int t) {
      std::uint64_t sum = 0;
      for (int i = 0; i < operations; ++i) {
        if (i % 64 == t) {
          std::unique_lock lock(mutex);
          ++table[i % table.size()];
          ++writes[t];
        } else {
          std::shared_lock lock(mutex);
          for (int k = 0; k < 8; ++k) sum += table[(i + k) % table.size()];
        }
      }
      reads[t] = sum;
    });
    std::uint64_t sum = 0;
    for (std::uint64_t value : table) sum += value;
    kernel::expect(sum == table.size() + writes[0] + writes[1] && reads[0] >= std::uint64_t{operations},
                   "sum of the table");
  });
}
