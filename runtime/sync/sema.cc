#include "runtime/sync/sema.h"

#include "runtime/base/check.h"

namespace gorace::internal {

namespace {

void enqueue(Sema& sema, SyncWaiter* waiter, SemaOrder order) {
  if (sema.last == nullptr) {
    waiter->next = waiter;
    sema.last = waiter;
    return;
  }
  waiter->next = sema.last->next;
  sema.last->next = waiter;
  if (order == SemaOrder::kFifo) sema.last = waiter;
}

SyncWaiter* dequeue(Sema& sema) {
  if (sema.last == nullptr) return nullptr;
  SyncWaiter* first = sema.last->next;
  if (first == sema.last) {
    sema.last = nullptr;
  } else {
    sema.last->next = first->next;
  }
  return first;
}

}  // namespace

void sema_acquire(Sema& sema, SemaOrder order, runtime::WaitReason reason, const void* object) {
  SyncWaiter self;
  FlagLock lock(sema.lock);
  if (sema.permits > 0) {
    --sema.permits;
    return;
  }
  self.g = runtime::current_g();
  enqueue(sema, &self, order);
  lock.park(reason, object);
}

void sema_release(Sema& sema) {
  runtime::G* woken = nullptr;
  {
    FlagLock lock(sema.lock);
    if (SyncWaiter* first = dequeue(sema)) {
      woken = first->g;
    } else {
      ++sema.permits;  // at most one a thread that is between its decision to wait and its place in the queue
      GORACE_CHECK(sema.permits != 0);
    }
  }
  if (woken != nullptr) runtime::ready(woken);
}

}  // namespace gorace::internal
