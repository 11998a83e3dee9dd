// Metrics: what the scheduler is doing, by the names of Go's runtime/metrics; under /gorace what Go has no metric for.
//
//   gorace::metrics::read("/sched/goroutines:goroutines").number;
//   for (const auto& each : gorace::metrics::all()) export_metric(each, gorace::metrics::read(each.name));
//
// Thread safety: any goroutine or thread. Values are read while they change; several are not of one instant. Reading
// costs a pass over the processors, and stops nothing.
#ifndef GORACE_METRICS_H_
#define GORACE_METRICS_H_

#include <gorace/internal/language.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace gorace::metrics {

enum class Kind : uint8_t {
  kBad,  // there is no metric of that name
  kUint64,
  kFloat64Histogram,
};

struct Description {
  const char* name;         // path, colon, unit
  const char* description;  // a sentence
  Kind kind;
  bool cumulative;  // never falls
};

// Histogram: counts[i] samples were in [buckets[i], buckets[i + 1]). The first and the last boundary are infinite.
struct Histogram {
  std::vector<uint64_t> counts;
  std::vector<double> buckets;  // one more than counts
};

struct Value {
  Kind kind = Kind::kBad;
  uint64_t number = 0;  // kUint64
  Histogram histogram;  // kFloat64Histogram
};

// all describes each metric there is, ordered by name.
std::span<const Description> all();

// read returns a metric's present value.
Value read(std::string_view name);

}  // namespace gorace::metrics

#endif  // GORACE_METRICS_H_
