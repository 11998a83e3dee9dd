// Fixture: runs each test at GOMAXPROCS 1, 2, 4 and 8, and fails it when goroutines are left over. And the two tools the tests join with: built on park and
// ready alone, since channels and locks are above the layer under test.
#ifndef GORACE_TESTS_UNIT_SCHED_FIXTURE_H_
#define GORACE_TESTS_UNIT_SCHED_FIXTURE_H_

#include <gorace/go.h>
#include <gtest/gtest.h>

#include <atomic>

#include "runtime/sched/sched.h"

namespace gorace::testing {

// Join waits for a number of goroutines.
class Join {
 public:
  explicit Join(int count) : left_(count) {}

  void done() {
    lock_.lock();
    runtime::G* waiter = --left_ == 0 ? waiter_ : nullptr;
    lock_.unlock();
    if (waiter != nullptr) runtime::ready(waiter);
  }

  void wait() {
    runtime::G* self = runtime::current_g();
    lock_.lock();
    if (left_ == 0) {
      lock_.unlock();
      return;
    }
    waiter_ = self;
    runtime::park(runtime::WaitReason::kWaitGroupWait, this, &lock_);
  }

 private:
  runtime::SpinLock lock_;
  int left_;
  runtime::G* waiter_ = nullptr;
};

// Turn: a binary semaphore with at most one waiter.
class Turn {
 public:
  void give() {
    lock_.lock();
    runtime::G* waiter = waiter_;
    waiter_ = nullptr;
    if (waiter == nullptr) given_ = true;
    lock_.unlock();
    if (waiter != nullptr) runtime::ready(waiter);
  }

  void take() {
    lock_.lock();
    if (given_) {
      given_ = false;
      lock_.unlock();
      return;
    }
    waiter_ = runtime::current_g();
    runtime::park(runtime::WaitReason::kSemacquire, this, &lock_);
  }

 private:
  runtime::SpinLock lock_;
  bool given_ = false;
  runtime::G* waiter_ = nullptr;
};

// wait_until yields until the condition holds: for effects that no event announces.
template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) yield();
}

class AtEachProcs : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    former_ = gomaxprocs(GetParam());
    goroutines_before_ = num_goroutine();
  }
  void TearDown() override {
    // A goroutine that gave its last sign may still be on its way out.
    for (int i = 0; i < 1'000'000 && num_goroutine() > goroutines_before_; ++i) yield();
    EXPECT_EQ(num_goroutine(), goroutines_before_) << "leaked goroutines";
    gomaxprocs(former_);
  }

 private:
  int former_ = 0;
  size_t goroutines_before_ = 0;
};

#define GORACE_AT_EACH_PROCS(fixture) \
  INSTANTIATE_TEST_SUITE_P(Procs, fixture, ::testing::Values(1, 2, 4, 8), ::testing::PrintToStringParamName())

}  // namespace gorace::testing

#endif  // GORACE_TESTS_UNIT_SCHED_FIXTURE_H_
