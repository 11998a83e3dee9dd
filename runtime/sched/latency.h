// How long goroutines were runnable before they ran: a histogram of samples. Each processor takes one at each poll,
// that is once in 58 to 61 scheduling points. A goroutine's time begins at the last reading of the clock before it was
// readied, so a sample may be a few microseconds too long.
#ifndef GORACE_RUNTIME_SCHED_LATENCY_H_
#define GORACE_RUNTIME_SCHED_LATENCY_H_

#include <atomic>
#include <bit>
#include <cstdint>

namespace gorace::runtime {

// LatencyHistogram: four buckets for each power of two from 64 ns to 73 minutes; shorter and longer ones have one each.
// Thread safety: any.
class LatencyHistogram {
 public:
  static constexpr int kFirstPower = 6;
  static constexpr int kLastPower = 42;
  static constexpr int kSteps = 4;
  static constexpr int kBuckets = (kLastPower - kFirstPower) * kSteps + 2;

  void add(int64_t ns) { counts_[bucket_of(ns)].fetch_add(1, std::memory_order_relaxed); }
  uint64_t count(int bucket) const { return counts_[bucket].load(std::memory_order_relaxed); }

  static constexpr int bucket_of(int64_t ns) {
    if (ns < int64_t{1} << kFirstPower) return 0;
    if (ns >= int64_t{1} << kLastPower) return kBuckets - 1;
    const int power = std::bit_width(static_cast<uint64_t>(ns)) - 1;
    const auto step = static_cast<int>(static_cast<uint64_t>(ns) >> (power - 2)) & (kSteps - 1);
    return 1 + (power - kFirstPower) * kSteps + step;
  }

  // lower_ns is where `bucket` begins, for buckets but the first.
  static constexpr int64_t lower_ns(int bucket) {
    const int power = kFirstPower + (bucket - 1) / kSteps;
    return (int64_t{1} << power) + ((bucket - 1) % kSteps) * (int64_t{1} << (power - 2));
  }

 private:
  std::atomic<uint64_t> counts_[kBuckets] = {};
};

extern LatencyHistogram g_latencies;

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SCHED_LATENCY_H_
