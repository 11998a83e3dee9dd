// Fixture: runs each test at GOMAXPROCS 1, 2, 4 and 8, and fails it when goroutines are left over.
#ifndef GORACE_TESTS_UNIT_SCHED_FIXTURE_H_
#define GORACE_TESTS_UNIT_SCHED_FIXTURE_H_

#include <gorace/go.h>
#include <gtest/gtest.h>

#include <atomic>

#include "runtime/sched/sched.h"
#include "tests/unit/sched/join.h"

namespace gorace::testing {

// wait_until yields until the condition holds: for effects that no event announces.
template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) yield();
}

class AtEachProcs : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    former_ = gomaxprocs(GetParam());
    wait_until([] { return num_goroutine() == 1; });
  }
  void TearDown() override {
    // A goroutine that gave its last sign may still be on its way out.
    for (int i = 0; i < 1'000'000 && num_goroutine() > 1; ++i) yield();
    EXPECT_EQ(num_goroutine(), 1u) << "leaked goroutines";
    gomaxprocs(former_);
  }

 private:
  int former_ = 0;
};

#define GORACE_AT_EACH_PROCS(fixture) \
  INSTANTIATE_TEST_SUITE_P(Procs, fixture, ::testing::Values(1, 2, 4, 8), ::testing::PrintToStringParamName())

}  // namespace gorace::testing

#endif  // GORACE_TESTS_UNIT_SCHED_FIXTURE_H_
