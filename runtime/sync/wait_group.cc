// WaitGroup, by the rules of Go's sync/waitgroup.go. State: the counter in the upper 32 bits, kLockBit, and the number
// of waiters.
//
// Lifetime: the caller of wait() may destroy the object as soon as the counter is zero. So the last thing that add()
// does with it is either the subtraction itself (no waiters), or the exchange in release_waiters that clears the lock
// bit together with everything else; and wait() returns at once only when the whole state is zero.
#include <gorace/panic.h>
#include <gorace/wait_group.h>

#include <exception>

#include "runtime/base/exit_hooks.h"
#include "runtime/dump/dump.h"
#include "runtime/sync/sema.h"

namespace gorace {

using internal::observed_g;
using internal::SyncWaiter;
using runtime::G;

namespace {

constexpr uint64_t kLockBit = uint64_t{1} << 31;
constexpr uint64_t kWaiterMask = kLockBit - 1;

int32_t counter_of(uint64_t state) { return static_cast<int32_t>(state >> 32); }
uint64_t waiters_of(uint64_t state) { return state & kWaiterMask; }

// An add from zero and a wait must not be concurrent: observers see a read and a write of one word. Go tells of the
// first wait that blocks only, here one that returns at once counts too. Waits do not exclude each other.
[[gnu::always_inline]] inline void note_first_add(G* g, SyncWaiter* const& word) {
  internal::tell_access(g, &word, sizeof(word), false, runtime::call_place());
}
void note_wait(G* g, SyncWaiter* const& word) { internal::tell_concurrent_write(g, &word, sizeof(word)); }

void relax(int* spins) {
  if (++*spins < 100) {
    runtime::cpu_relax();
  } else {
    sched_yield();
  }
}

constinit std::atomic<bool> g_exiting{false};

int note_exit(int exit_code) {
  g_exiting.store(true, std::memory_order_relaxed);
  return exit_code;
}

__attribute__((constructor)) void register_exit_hook() {
  runtime::add_exit_hook(runtime::ExitPhase::kAfterMain, note_exit);
}

}  // namespace

void WaitGroup::add(int delta) {
  G* g = observed_g();
  if (g != nullptr && delta < 0) internal::tell_release_merge(g, this);
  const uint64_t change = static_cast<uint64_t>(static_cast<int64_t>(delta)) << 32;
  // acq_rel: each done() is ordered before the wait() that sees the counter at zero.
  const uint64_t state = state_.fetch_add(change, std::memory_order_acq_rel) + change;
  const int32_t counter = counter_of(state);
  if (g != nullptr && delta > 0 && counter == delta) note_first_add(g, waiters_);
  if (counter < 0) panic("sync: negative WaitGroup counter");
  if (waiters_of(state) == 0) return;
  if (delta > 0 && counter == delta) panic("sync: WaitGroup misuse: Add called concurrently with Wait");
  if (counter == 0) release_waiters(state);
}

void WaitGroup::release_waiters(uint64_t state) {
  // A wait() that has just counted itself holds the lock bit until it is parked.
  int spins = 0;
  uint64_t unlocked = state & ~kLockBit;
  while (!state_.compare_exchange_weak(unlocked, unlocked | kLockBit, std::memory_order_acquire,
                                       std::memory_order_relaxed)) {
    if (counter_of(unlocked) != 0) panic("sync: WaitGroup misuse: Add called concurrently with Wait");
    unlocked &= ~kLockBit;
    relax(&spins);
  }
  SyncWaiter* waiter = waiters_;
  waiters_ = nullptr;
  if (internal::observed()) {
    for (SyncWaiter* w = waiter; w != nullptr; w = w->next) {
      internal::tell_acquire(w->g, this);
    }
  }
  const uint64_t last = state_.exchange(0, std::memory_order_acq_rel);  // *this may be gone from here on
  while (waiter != nullptr) {
    SyncWaiter* next = waiter->next;
    runtime::ready(waiter->g);
    waiter = next;
  }
  if (counter_of(last) != 0) panic("sync: WaitGroup misuse: Add called concurrently with Wait");
}

void WaitGroup::wait() {
  int spins = 0;
  uint64_t state = state_.load(std::memory_order_acquire);  // pairs with add()
  for (;;) {
    if (state == 0) {
      if (G* g = internal::observed_g(); g != nullptr) {
        internal::tell_acquire(g, this);  // what is done is ordered, and the adds before it
        note_wait(g, waiters_);
      }
      return;
    }
    // Locked, or at zero with waiters that the last done() is about to let go: it is still busy with this object.
    if ((state & kLockBit) != 0 || counter_of(state) == 0) {
      relax(&spins);
      state = state_.load(std::memory_order_acquire);
      continue;
    }
    if (state_.compare_exchange_weak(state, (state + 1) | kLockBit, std::memory_order_acquire,
                                     std::memory_order_acquire)) {
      break;
    }
  }
  G* g = runtime::current_g();
  if (waiters_of(state) == 0 && internal::observed()) note_wait(g, waiters_);
  SyncWaiter self;
  self.g = g;
  self.next = waiters_;
  waiters_ = &self;
  const auto unlock = [](void* word) {
    static_cast<std::atomic<uint64_t>*>(word)->fetch_and(~kLockBit, std::memory_order_release);
  };
  runtime::park(runtime::WaitReason::kWaitGroupWait, this, unlock, &state_);
  if (state_.load(std::memory_order_relaxed) != 0) {
    panic("sync: WaitGroup is reused before previous Wait has returned");
  }
}

void WaitGroup::check_destroyed() const noexcept {
  const uint64_t state = state_.load(std::memory_order_relaxed);
  if (__builtin_expect(state != 0, 0) && counter_of(state) >= 0 && !g_exiting.load(std::memory_order_relaxed) &&
      std::uncaught_exceptions() == 0) {
    runtime::fatal_error("sync: WaitGroup destroyed before its counter is zero (call wait() first)");
  }
  internal::forget_object(this, sizeof(WaitGroup));
}

}  // namespace gorace
