// Semaphore: a count and a queue under a spin lock. A waiter that a context may call off is taken out of the queue by
// the context's callback, under the same lock, so exactly one of the two, the grant or the context, makes it ready.
#include <gorace/context.h>
#include <gorace/panic.h>
#include <gorace/semaphore.h>

#include "runtime/context/context_node.h"
#include "runtime/sync/sema.h"

namespace gorace {

namespace internal {

// SemaphoreWaiter lives on the stack of the waiting goroutine. Links are under the semaphore's lock.
struct SemaphoreWaiter : ContextNode::Callback {
  Semaphore* semaphore = nullptr;
  runtime::G* g = nullptr;
  int64_t n = 0;
  SemaphoreWaiter* next = nullptr;
  SemaphoreWaiter* previous = nullptr;
  bool waiting = false;
  bool granted = false;
  std::atomic<bool> called_off{false};  // the context's callback has run to its end

  static void call_off(Callback* callback);
};

// Runs on the thread that ends the context. The waiter is gone when called_off is set and the goroutine was made ready,
// so the order of the last steps matters.
void SemaphoreWaiter::call_off(Callback* callback) {
  auto* self = static_cast<SemaphoreWaiter*>(callback);
  runtime::G* woken = nullptr;
  SemaphoreWaiter* granted = nullptr;
  {
    FlagLock lock(self->semaphore->lock_);
    if (self->waiting) {
      self->semaphore->remove(self);
      woken = self->g;
      granted = self->semaphore->grant();  // those behind it may fit now
    }
  }
  self->called_off.store(true, std::memory_order_release);  // pairs with the acquire in wait_called_off
  Semaphore::wake(granted);
  if (woken != nullptr) runtime::ready(woken);
}

}  // namespace internal

using internal::FlagLock;
using internal::SemaphoreWaiter;
using runtime::WaitReason;

namespace {

void check_weight(int64_t n) {
  if (n < 0) panic("semaphore: negative weight");
}

}  // namespace

// Under lock_: takes n unless somebody waits before.
bool Semaphore::take(int64_t n) {
  if (first_ != nullptr || size_ - held_ < n) return false;
  held_ += n;
  return true;
}

void Semaphore::enqueue(SemaphoreWaiter* waiter) {
  waiter->waiting = true;
  waiter->previous = last_;
  if (last_ == nullptr) {
    first_ = waiter;
  } else {
    last_->next = waiter;
  }
  last_ = waiter;
}

void Semaphore::remove(SemaphoreWaiter* waiter) {
  waiter->waiting = false;
  (waiter->previous == nullptr ? first_ : waiter->previous->next) = waiter->next;
  (waiter->next == nullptr ? last_ : waiter->next->previous) = waiter->previous;
}

// Under lock_: takes the waiters that fit off the queue, in order, and returns them as a list for wake().
SemaphoreWaiter* Semaphore::grant() {
  SemaphoreWaiter* granted = nullptr;
  SemaphoreWaiter** end = &granted;
  while (first_ != nullptr && size_ - held_ >= first_->n) {
    SemaphoreWaiter* waiter = first_;
    held_ += waiter->n;
    remove(waiter);
    waiter->granted = true;
    waiter->next = nullptr;
    *end = waiter;
    end = &waiter->next;
  }
  return granted;
}

void Semaphore::wake(SemaphoreWaiter* granted) {
  while (granted != nullptr) {
    SemaphoreWaiter* next = granted->next;
    runtime::ready(granted->g);
    granted = next;
  }
}

bool Semaphore::try_acquire(int64_t n) {
  check_weight(n);
  {
    FlagLock lock(lock_);
    if (!take(n)) return false;
  }
  internal::note_acquire(this);
  return true;
}

void Semaphore::acquire(int64_t n) {
  check_weight(n);
  if (n > size_) runtime::park_for_ever(WaitReason::kSemacquire);
  SemaphoreWaiter self;
  {
    FlagLock lock(lock_);
    if (!take(n)) {
      self.g = runtime::current_g();
      self.n = n;
      enqueue(&self);
      lock.park(WaitReason::kSemacquire, this);
    }
  }
  internal::note_acquire(this);
}

std::error_code Semaphore::acquire(const Context& ctx, int64_t n) {
  check_weight(n);
  internal::ContextNode* canceler = ctx.node() == nullptr ? nullptr : ctx.node()->canceler();
  if (canceler == nullptr) {
    acquire(n);
    return {};
  }
  if (const std::error_code ended = ctx.err()) return ended;
  if (n > size_) {
    ctx.done().recv();
    return ctx.err();
  }
  SemaphoreWaiter self;
  self.semaphore = this;
  self.run = SemaphoreWaiter::call_off;
  {
    FlagLock lock(lock_);
    if (take(n)) {
      self.granted = true;
    } else {
      // The lock is held until this goroutine is parked: a callback that comes at once waits for it.
      if (!canceler->add_callback(&self)) return ctx.err();
      self.g = runtime::current_g();
      self.n = n;
      enqueue(&self);
      lock.park(WaitReason::kSemacquire, this);
      // Before this frame is left the callback must be out of the list, or at its end.
      if (!canceler->remove_callback(&self)) {
        while (!self.called_off.load(std::memory_order_acquire)) sched_yield();
      }
    }
  }
  if (!self.granted) return ctx.err();
  internal::note_acquire(this);
  return {};
}

void Semaphore::release(int64_t n) {
  check_weight(n);
  internal::note_release_merge(this);
  SemaphoreWaiter* granted = nullptr;
  bool too_much = false;
  {
    FlagLock lock(lock_);
    too_much = n > held_;
    if (!too_much) {
      held_ -= n;
      granted = grant();
    }
  }
  if (too_much) panic("semaphore: released more than held");
  wake(granted);
}

}  // namespace gorace
