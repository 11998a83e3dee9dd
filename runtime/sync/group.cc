#include <gorace/group.h>
#include <gorace/panic.h>

#include <mutex>
#include <string>

#include "runtime/sched/goexit.h"

namespace gorace {

Group::Group(const Context& parent) : cancelable_(with_cancel(parent)) {}

Group::~Group() {
  // Left by an exception: nobody wants the results any more.
  if (std::uncaught_exceptions() > 0) cancelable_.cancel();
  running_.wait();
}

void Group::set_limit(int n) {
  const int active = active_.load(std::memory_order_acquire);
  if (active != 0) {
    panic("errgroup: modify limit while " + std::to_string(active) + " goroutines in the group are still active");
  }
  if (n < 0) {
    places_.reset();
  } else {
    places_.emplace(n);
  }
}

void Group::take_place() {
  if (places_) places_->acquire();
  enter();
}

bool Group::try_take_place() {
  if (places_ && !places_->try_acquire()) return false;
  enter();
  return true;
}

void Group::enter() {
  active_.fetch_add(1, std::memory_order_relaxed);
  running_.add(1);
}

void Group::leave_place() {
  active_.fetch_sub(1, std::memory_order_release);
  if (places_) places_->release();
  running_.done();  // last: the group may be gone afterwards
}

void Group::fail(std::error_code error, std::exception_ptr exception) {
  {
    std::lock_guard lock(mutex_);
    if (failed_) return;
    failed_ = true;
    error_ = error;
    exception_ = exception;
  }
  if (exception == nullptr) exception = std::make_exception_ptr(std::system_error(error));
  cancelable_.cancel(std::move(exception));
}

// Called in a catch block. goexit() ends the goroutine and is no failure.
void Group::fail_with_current_exception() {
  try {
    throw;
  } catch (const runtime::GoexitSignal&) {
    throw;
  } catch (...) {
    fail({}, std::current_exception());
  }
}

std::error_code Group::wait() {
  running_.wait();
  cancelable_.cancel();
  std::lock_guard lock(mutex_);
  if (exception_) std::rethrow_exception(exception_);
  return error_;
}

}  // namespace gorace
