// GoroutineFixture: what every fixture of the runtime's tests is: each test runs at GOMAXPROCS 1, 2, 4 and 8, and fails
// when goroutines, stacks, channels or timers are left over.
//
//   class SelectTest : public gorace::GoroutineFixture {};
//   TEST_P(SelectTest, ...) {...}
//   GORACE_AT_EACH_PROCS(SelectTest);
#ifndef GORACE_TESTS_UNIT_GOROUTINE_FIXTURE_H_
#define GORACE_TESTS_UNIT_GOROUTINE_FIXTURE_H_

#include <gorace/go.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "runtime/sched/scheduler.h"
#include "runtime/stack/stack_pool.h"

namespace gorace {

inline std::chrono::milliseconds g_eventually_limit{20'000};

// eventually yields until condition() holds; false after a limit that only a failing test reaches.
template <class Condition>
bool eventually(Condition condition) {
  const auto limit = std::chrono::steady_clock::now() + g_eventually_limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    yield();
  }
  return true;
}

// stacks_in_use counts the stacks that are neither in the pool nor in a processor's cache; nothing while another
// processor is busy, whose cache is its own then.
inline std::optional<size_t> stacks_in_use() {
  runtime::Scheduler& sched = runtime::g_sched;
  const runtime::P* mine = runtime::current_m()->p;
  size_t cached = 0;
  bool quiet = true;
  sched.lock.lock();
  const uint32_t count = sched.p_count.load();
  for (uint32_t i = 0; i < count && quiet; ++i) {
    const runtime::P* p = sched.all_ps[i].load();
    const runtime::PState state = p->state.load();
    quiet = p == mine || state == runtime::PState::kIdle || state == runtime::PState::kFree;
    if (quiet) cached += static_cast<size_t>(p->free_stack_count);
  }
  sched.lock.unlock();
  if (!quiet) return std::nullopt;
  const runtime::StackStats stats = runtime::stack_stats();
  return stats.slots - stats.hot - stats.cold - cached;
}

class GoroutineFixture : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    former_procs_ = gomaxprocs(GetParam());
    ASSERT_TRUE(eventually([] { return num_goroutine() == 1; })) << "goroutines of a former test";
    ASSERT_TRUE(eventually([this] { return (stacks_before_ = stacks_in_use()).has_value(); }));
    channels_before_ = runtime::channel_count();
  }

  void TearDown() override {
    // A goroutine that gave its last sign may still be on its way out.
    EXPECT_TRUE(eventually([] { return num_goroutine() == 1; })) << "leaked goroutines: " << num_goroutine() - 1;
    std::optional<size_t> stacks;
    // Fewer than before: a goroutine of a former test was still giving its stack back then.
    EXPECT_TRUE(eventually([&] { return (stacks = stacks_in_use()).has_value() && stacks <= stacks_before_; }))
        << "leaked stacks: " << stacks.value_or(0) << " in use, " << stacks_before_.value_or(0) << " before";
    EXPECT_TRUE(eventually([&] { return runtime::channel_count() == channels_before_; }))
        << "leaked channels: " << runtime::channel_count() << " live, " << channels_before_ << " before";
    EXPECT_TRUE(eventually([] { return runtime::earliest_timer() == runtime::kNever; })) << "leaked timers";
    gomaxprocs(former_procs_);
  }

 private:
  int former_procs_ = 0;
  std::optional<size_t> stacks_before_;
  size_t channels_before_ = 0;
};

}  // namespace gorace

#define GORACE_AT_EACH_PROCS(fixture)                                     \
  INSTANTIATE_TEST_SUITE_P(Procs, fixture, ::testing::Values(1, 2, 4, 8), \
                           [](const auto& info) { return "gomaxprocs" + std::to_string(info.param); })

#endif  // GORACE_TESTS_UNIT_GOROUTINE_FIXTURE_H_
