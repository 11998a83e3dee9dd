#include <gorace/metrics.h>

#include <cmath>
#include <numeric>
#include <string>

#include "runtime/sched/latency.h"
#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

using runtime::LatencyHistogram;

class Metrics : public AtEachProcs {};
GORACE_AT_EACH_PROCS(Metrics);

uint64_t number(const char* name) {
  const metrics::Value value = metrics::read(name);
  EXPECT_EQ(value.kind, metrics::Kind::kUint64) << name;
  return value.number;
}

TEST_P(Metrics, EachThatIsDescribedCanBeRead) {
  std::string former;
  for (const metrics::Description& each : metrics::all()) {
    EXPECT_EQ(metrics::read(each.name).kind, each.kind) << each.name;
    EXPECT_LT(former, each.name);
    EXPECT_NE(std::string(each.description), "");
    former = each.name;
  }
  EXPECT_EQ(metrics::read("/sched/nothing:goroutines").kind, metrics::Kind::kBad);
  EXPECT_EQ(metrics::read("").kind, metrics::Kind::kBad);
}

TEST_P(Metrics, CountGoroutinesByWhatTheyDo) {
  constexpr uint64_t kWaiting = 20;
  EXPECT_EQ(number("/sched/gomaxprocs:threads"), static_cast<uint64_t>(GetParam()));
  const uint64_t created = number("/sched/goroutines-created:goroutines");
  Turn gates[kWaiting];
  Join all(kWaiting);
  for (Turn& gate : gates) {
    go([&] {
      gate.take();
      all.done();
    });
  }
  EXPECT_EQ(number("/sched/goroutines-created:goroutines"), created + kWaiting);
  EXPECT_EQ(number("/sched/goroutines:goroutines"), kWaiting + 1);
  EXPECT_TRUE(eventually([&] { return number("/sched/goroutines/waiting:goroutines") == kWaiting; }));
  EXPECT_TRUE(eventually([&] { return number("/sched/goroutines/running:goroutines") == 1; }));
  EXPECT_EQ(number("/sched/goroutines/not-in-go:goroutines"), 0u);
  blocking([] { EXPECT_EQ(number("/sched/goroutines/not-in-go:goroutines"), 1u); });
  EXPECT_TRUE(eventually([&] { return number("/sched/threads/total:threads") >= 2; }));  // main's and sysmon's
  for (Turn& gate : gates) gate.give();
  all.wait();
  EXPECT_EQ(number("/sched/goroutines-created:goroutines"), created + kWaiting);
}

TEST(MetricsOfOneProcessor, CountRunnableGoroutines) {
  const int former = gomaxprocs(1);
  Join all(300);  // more than a ring holds: some are in the global queue
  for (int i = 0; i < 300; ++i) go([&] { all.done(); });
  EXPECT_EQ(number("/sched/goroutines/runnable:goroutines"), 300u);
  all.wait();
  EXPECT_EQ(number("/sched/goroutines/runnable:goroutines"), 0u);
  gomaxprocs(former);
}

uint64_t samples(const metrics::Histogram& histogram) {
  return std::accumulate(histogram.counts.begin(), histogram.counts.end(), uint64_t{0});
}

TEST_P(Metrics, LatenciesAreSampled) {
  const metrics::Histogram before = metrics::read("/sched/latencies:seconds").histogram;
  ASSERT_EQ(before.buckets.size(), before.counts.size() + 1);
  EXPECT_TRUE(std::isinf(before.buckets.front()) && std::isinf(before.buckets.back()));
  for (size_t i = 1; i < before.buckets.size(); ++i) ASSERT_LT(before.buckets[i - 1], before.buckets[i]);
  Join all(2);
  for (int i = 0; i < 2; ++i) {
    go([&] {
      for (int turn = 0; turn < 1000; ++turn) yield();
      all.done();
    });
  }
  all.wait();
  if (GetParam() == 1) {  // else each may have a processor to itself, and yields to nobody
    EXPECT_GE(samples(metrics::read("/sched/latencies:seconds").histogram) - samples(before), 2000 / 61 - 1u);
  }
}

TEST(LatencyHistogram, EachBucketBeginsWhereItSays) {
  EXPECT_EQ(LatencyHistogram::bucket_of(-5), 0);
  EXPECT_EQ(LatencyHistogram::bucket_of(63), 0);
  for (int bucket = 1; bucket < LatencyHistogram::kBuckets; ++bucket) {
    const int64_t lower = LatencyHistogram::lower_ns(bucket);
    ASSERT_EQ(LatencyHistogram::bucket_of(lower), bucket) << lower;
    ASSERT_EQ(LatencyHistogram::bucket_of(lower - 1), bucket - 1) << lower;
  }
  EXPECT_EQ(LatencyHistogram::bucket_of(INT64_MAX), LatencyHistogram::kBuckets - 1);
}

}  // namespace
}  // namespace gorace::testing
