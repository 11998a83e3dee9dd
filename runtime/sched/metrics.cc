// <gorace/metrics.h>: Go's /sched metrics, and one of gorace's own. Those of Go's that concern its collector do not
// exist here.
#include <gorace/metrics.h>

#include <algorithm>
#include <limits>

#include "runtime/sched/latency.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sched/tally.h"

namespace gorace::metrics {
namespace {

using runtime::g_sched;
using runtime::LatencyHistogram;
using runtime::P;
using runtime::PState;

template <class Visit>
void for_each_p(Visit visit) {
  const uint32_t count = g_sched.p_count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) visit(*g_sched.all_ps[i].load(std::memory_order_relaxed));
}

uint64_t max_procs() { return static_cast<uint64_t>(g_sched.max_procs.load(std::memory_order_relaxed)); }

uint64_t channels() { return runtime::channel_count(); }
uint64_t created() { return 1 + runtime::tally_sum(&P::created, g_sched.created_elsewhere); }  // 1: main

uint64_t goroutines() { return runtime::goroutine_count(); }
uint64_t outside() { return g_sched.blocking.load(std::memory_order_relaxed); }

uint64_t runnable() {
  uint64_t count = g_sched.global_size.load(std::memory_order_relaxed);
  for_each_p([&](const P& p) { count += p.queue.ring_size() + (p.queue.peek_next() != nullptr ? 1 : 0); });
  const runtime::M* main = g_sched.main_machine;
  if (main != nullptr && main->ready_home.load(std::memory_order_relaxed) != nullptr) ++count;
  return std::min(count, goroutines());
}

// running counts the processors whose holder does not look for work.
uint64_t running() {
  uint64_t held = 0;
  for_each_p([&](const P& p) { held += p.state.load(std::memory_order_relaxed) == PState::kRunning ? 1 : 0; });
  const auto looking = static_cast<uint64_t>(std::max(g_sched.spinning.load(std::memory_order_relaxed), 0));
  return std::min(held > looking ? held - looking : 0, max_procs());
}

uint64_t waiting() {
  const uint64_t busy = runnable() + running() + outside();
  const uint64_t all = goroutines();
  return all > busy ? all - busy : 0;
}

uint64_t threads() {
  uint64_t count = 0;
  for (const runtime::M* m = runtime::first_machine(); m != nullptr; m = m->all_next) {
    if (m->kind != runtime::MKind::kAttached && m->tid.load(std::memory_order_relaxed) != 0) ++count;
  }
  return count;
}

Histogram latencies() {
  Histogram histogram;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  histogram.buckets.push_back(-kInfinity);
  for (int i = 0; i < LatencyHistogram::kBuckets; ++i) {
    histogram.counts.push_back(runtime::g_latencies.count(i));
    if (i > 0) histogram.buckets.push_back(static_cast<double>(LatencyHistogram::lower_ns(i)) / 1e9);
  }
  histogram.buckets.push_back(kInfinity);
  return histogram;
}

constexpr Description kDescriptions[] = {
    {"/gorace/channels:channels", "Count of live channels, those inside timers and contexts included.", Kind::kUint64,
     false},
    {"/sched/gomaxprocs:threads", "The current GOMAXPROCS: how many threads can run goroutines at the same time.",
     Kind::kUint64, false},
    {"/sched/goroutines-created:goroutines", "Count of goroutines created since program start.", Kind::kUint64, true},
    {"/sched/goroutines/not-in-go:goroutines", "Approximate count of goroutines inside blocking().", Kind::kUint64,
     false},
    {"/sched/goroutines/runnable:goroutines", "Approximate count of goroutines ready to execute, but not executing.",
     Kind::kUint64, false},
    {"/sched/goroutines/running:goroutines",
     "Approximate count of goroutines executing. Always less than or equal to /sched/gomaxprocs:threads.",
     Kind::kUint64, false},
    {"/sched/goroutines/waiting:goroutines", "Approximate count of goroutines waiting on a resource.", Kind::kUint64,
     false},
    {"/sched/goroutines:goroutines", "Count of live goroutines.", Kind::kUint64, false},
    {"/sched/latencies:seconds",
     "Distribution of the time goroutines have spent in a runnable state before running; about one in 60 is sampled, "
     "and may be shown a few microseconds too long.",
     Kind::kFloat64Histogram, true},
    {"/sched/threads/total:threads", "The current count of live threads that the runtime made, and main's.",
     Kind::kUint64, false},
};
// In the order of kDescriptions; null: the histogram.
constexpr uint64_t (*kNumbers[])() = {channels, max_procs, created,    outside, runnable,
                                      running,  waiting,   goroutines, nullptr, threads};
static_assert(std::size(kDescriptions) == std::size(kNumbers));

}  // namespace

std::span<const Description> all() { return kDescriptions; }

Value read(std::string_view name) {
  runtime::current_m_attached();  // the scheduler exists
  Value value;
  for (size_t i = 0; i < std::size(kDescriptions); ++i) {
    if (name != kDescriptions[i].name) continue;
    value.kind = kDescriptions[i].kind;
    if (kNumbers[i] != nullptr) {
      value.number = kNumbers[i]();
    } else {
      value.histogram = latencies();
    }
  }
  return value;
}

}  // namespace gorace::metrics
