// A hash map in shards, each with its mutex.
#include <mutex>
#include <unordered_map>

#include "kernel.h"

int main() {
  return kernel::run([] {
    struct Shard {
      std::mutex mutex;
      std::unordered_map<std::uint64_t, std::uint64_t> map;
    };
    const int operations = 900000;
    std::vector<Shard> shards(64);
    kernel::parallel([&](int t) {
      kernel::Random random(t + 1);
      for (int i = 0; i < operations; ++i) {
        const std::uint64_t key = random.next();
        Shard& shard = shards[key % shards.size()];
        std::lock_guard lock(shard.mutex);
        ++shard.map[key >> 8 & 0x3ff];
      }
    });
    std::uint64_t sum = 0;
    for (const Shard& shard : shards) {
      for (const auto& [key, count] : shard.map) sum += count;
    }
    kernel::expect(sum == std::uint64_t{operations} * kernel::kThreads, "number of increments");
  });
}
