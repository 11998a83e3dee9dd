// Join and Turn: what tests and benchmarks of the scheduler synchronise with. Built on park and ready alone, since
// channels and locks are above the layer under test.
#ifndef GORACE_TESTS_UNIT_SCHED_JOIN_H_
#define GORACE_TESTS_UNIT_SCHED_JOIN_H_

#include "runtime/base/spin_lock.h"
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

}  // namespace gorace::testing

#endif  // GORACE_TESTS_UNIT_SCHED_JOIN_H_
