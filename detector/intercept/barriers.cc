// pthread_barrier_*: what any participant did before a round happens before what all do after it.
//
// A fast thread may enter the next round while a slow one has not yet left this one, so rounds alternate between two
// clocks; the first to enter a round starts its clock anew, so that rounds long past add no edges. libc does not tell
// which round a thread is in; entries are counted here, which agrees with libc as long as at most `count` threads use
// the barrier at once (each is in one round at a time). When more do, which round a thread got cannot be known, and
// every thread takes both clocks: never a false report.
#include <pthread.h>

#include <mutex>

#include "detector/intercept/real_function.h"
#include "detector/intercept/sync_events.h"
#include "runtime/base/internal_allocator.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(pthread_barrier_init)> real_init("pthread_barrier_init");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_barrier_destroy)> real_destroy("pthread_barrier_destroy");
GORACE_REAL_FUNCTION RealFunction<decltype(pthread_barrier_wait)> real_wait("pthread_barrier_wait");

struct Barrier {
  uintptr_t address = 0;
  unsigned count = 0;
  uint64_t entries = 0;
  unsigned inside = 0;
  bool crowded = false;     // more than `count` threads were inside at once
  bool destroyed = false;   // the last one inside deletes it
  ReleasedClock rounds[2];  // of even and odd rounds; under the lock of all barriers
  Barrier* next = nullptr;
};

// Barriers are few: one list, under one lock, which also keeps a round's count and clock together.
struct Barriers {
  SyncLock lock;
  Barrier* first = nullptr;
};
constinit Barriers g_barriers;

Barrier* find(uintptr_t address) {
  for (Barrier* barrier = g_barriers.first; barrier != nullptr; barrier = barrier->next) {
    if (barrier->address == address) return barrier;
  }
  return nullptr;
}

// forget takes a barrier off the list. A thread that libc let go may not have taken the round's clock yet: then it
// deletes the barrier.
void forget(uintptr_t address) {
  for (Barrier** link = &g_barriers.first; *link != nullptr; link = &(*link)->next) {
    if ((*link)->address != address) continue;
    Barrier* gone = *link;
    *link = gone->next;
    gone->destroyed = true;
    if (gone->inside == 0) runtime::internal_delete(gone);
    return;
  }
}

void add(uintptr_t address, unsigned count) {
  auto* barrier = runtime::internal_new<Barrier>();
  barrier->address = address;
  barrier->count = count;
  const std::lock_guard guard(g_barriers.lock);
  forget(address);
  barrier->next = g_barriers.first;
  g_barriers.first = barrier;
}

// Stay: one thread's passage through a barrier. Constructed before the real wait: releases into the round that the
// thread joins.
class Stay {
 public:
  Stay(Context* context, uintptr_t address) : context_(context) {
    const std::lock_guard guard(g_barriers.lock);
    barrier_ = find(address);
    if (barrier_ == nullptr) return;
    if (++barrier_->inside > barrier_->count) barrier_->crowded = true;
    round_ = barrier_->entries / barrier_->count % 2;
    const bool starts_round = barrier_->entries++ % barrier_->count == 0;
    ReleasedClock& clock = barrier_->rounds[round_];
    if (starts_round && !barrier_->crowded) {
      clock.store(*context_);
    } else {
      clock.merge(*context_);
    }
    context_advance_epoch(context_);
  }

  // The thread has come through.
  ~Stay() {
    if (barrier_ == nullptr) return;
    const std::lock_guard guard(g_barriers.lock);
    barrier_->rounds[round_].acquire_into(*context_);
    if (barrier_->crowded) barrier_->rounds[1 - round_].acquire_into(*context_);
    if (--barrier_->inside == 0 && barrier_->destroyed) runtime::internal_delete(barrier_);
  }

  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

 private:
  Context* const context_;
  Barrier* barrier_ = nullptr;
  uint64_t round_ = 0;
};

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

int pthread_barrier_init(pthread_barrier_t* barrier, const pthread_barrierattr_t* attributes, unsigned count) noexcept {
  on_object_init(barrier, sizeof *barrier, CallSite::here());
  const int result = real_init(barrier, attributes, count);
  if (result != 0) return result;
  add(address_of(barrier), count);
  return 0;
}

int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
  on_object_destroy(barrier, sizeof *barrier, CallSite::here());
  {
    const std::lock_guard guard(g_barriers.lock);
    forget(address_of(barrier));
  }
  return real_destroy(barrier);
}

int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  on_object_use(barrier, CallSite::here());
  // Outside of windows, too: entries are counted.
  Context* context = followed_context();
  if (context == nullptr) return real_wait(barrier);
  const Stay stay(context, address_of(barrier));
  return real_wait(barrier);
}

}  // extern "C"
