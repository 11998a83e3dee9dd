#include "runtime/netpoll/poll_desc.h"

#include "runtime/base/check.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/sched/scheduler.h"

namespace gorace::runtime {
namespace {

SpinLock g_free_lock;
PollDesc* g_free_descs = nullptr;  // under g_free_lock

// wake: g was taken out of a direction's word by the caller.
void wake(G* g) {
  if (g == nullptr) return;
  ready(g);
  g_netpoll.waiters.fetch_sub(1, std::memory_order_relaxed);
}

// count_waiter: a goroutine is about to be parked. An M with a P looks at the network before it goes idle; on a thread
// without one, somebody must be got to do so.
void count_waiter() {
  g_netpoll.waiters.fetch_add(1, std::memory_order_seq_cst);
  std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with become_poller
  const M* m = current_m();
  if ((m == nullptr || m->p == nullptr) && g_netpoll.poller.load(std::memory_order_relaxed) == nullptr)
    wake_processor();
}

}  // namespace

PollDesc* PollDesc::acquire() {
  g_free_lock.lock();
  PollDesc* desc = g_free_descs;
  if (desc != nullptr) g_free_descs = desc->next_free_;
  g_free_lock.unlock();
  if (desc == nullptr) return internal_new<PollDesc>();
  desc->lock_.lock();
  for (Direction& side : desc->directions_) {
    side.word.store(kNil, std::memory_order_relaxed);
    side.deadline = kNoIoDeadline;
  }
  desc->hung_up_.store(false, std::memory_order_relaxed);
  desc->conditions_.store(0, std::memory_order_seq_cst);
  desc->lock_.unlock();
  return desc;
}

void PollDesc::release(PollDesc* desc) {
  GORACE_CHECK((desc->conditions_.load(std::memory_order_relaxed) & kClosingBit) != 0);
  desc->tag_.fetch_add(1, std::memory_order_relaxed);
  g_free_lock.lock();
  desc->next_free_ = g_free_descs;
  g_free_descs = desc;
  g_free_lock.unlock();
}

IoStatus PollDesc::check(IoMode mode) const {
  const uint32_t conditions = conditions_.load(std::memory_order_seq_cst);
  if ((conditions & kClosingBit) != 0) return IoStatus::kClosing;
  if ((conditions & expired_bit(mode)) != 0) return IoStatus::kDeadlineExceeded;
  return IoStatus::kOk;
}

IoStatus PollDesc::prepare(IoMode mode) {
  direction(mode).word.store(kNil, std::memory_order_seq_cst);
  return check(mode);
}

IoStatus PollDesc::wait(IoMode mode) {
  for (;;) {
    const IoStatus status = check(mode);
    if (status != IoStatus::kOk) return status;
    if (block(mode)) return IoStatus::kOk;
    // Woken by a deadline or close; or the deadline was moved meanwhile, then wait again.
  }
}

struct PollDesc::Commit {
  std::atomic<uintptr_t>* word;
  G* g;
};

void PollDesc::commit_park(void* argument) {
  const Commit commit = *static_cast<Commit*>(argument);  // on the goroutine's stack, which may go on at once
  count_waiter();
  uintptr_t expected = kWaiting;
  const auto goroutine = reinterpret_cast<uintptr_t>(commit.g);
  if (!commit.word->compare_exchange_strong(expected, goroutine, std::memory_order_seq_cst)) wake(commit.g);
}

// block: true when an event was used up.
bool PollDesc::block(IoMode mode) {
  std::atomic<uintptr_t>& word = direction(mode).word;
  for (;;) {
    uintptr_t ready = kReady;
    if (word.compare_exchange_strong(ready, kNil, std::memory_order_seq_cst)) return true;
    uintptr_t nothing = kNil;
    if (word.compare_exchange_strong(nothing, kWaiting, std::memory_order_seq_cst)) break;
    GORACE_CHECK_VALUE(nothing == kReady, nothing);  // two waiters in one direction
  }
  // Again: a deadline or close that came before `waiting` has found nobody to wake.
  if (check(mode) == IoStatus::kOk) {
    Commit commit{&word, current_g()};
    park(WaitReason::kIOWait, this, commit_park, &commit);
  }
  return word.exchange(kNil, std::memory_order_seq_cst) == kReady;
}

// unblock returns the goroutine that the caller must wake, or null.
G* PollDesc::unblock(IoMode mode, bool io_ready) {
  std::atomic<uintptr_t>& word = direction(mode).word;
  uintptr_t old = word.load(std::memory_order_seq_cst);
  for (;;) {
    if (old == kReady || (old == kNil && !io_ready)) return nullptr;
    if (word.compare_exchange_strong(old, io_ready ? kReady : kNil, std::memory_order_seq_cst)) break;
  }
  return old > kWaiting ? reinterpret_cast<G*>(old) : nullptr;
}

void PollDesc::on_events(bool readable, bool writable, bool hang_up, ReadyGoroutines* woken) {
  if (hang_up) hung_up_.store(true, std::memory_order_release);  // before the word: who uses the event up sees it
  if (readable) woken->add(unblock(IoMode::kRead, true));
  if (writable) woken->add(unblock(IoMode::kWrite, true));
}

// disarm_locked leaves the timer armed when its callback is on the way.
void PollDesc::disarm_locked(Direction& side) {
  if (side.armed && stop_timer(&side.timer)) side.armed = false;
}

void PollDesc::arm_locked(Direction& side, IoMode mode) {
  // A timer that fires early finds the deadline moved and is armed anew: a server that moves it at each request leaves
  // the heap alone.
  if (side.armed && side.armed_for <= side.deadline) return;
  disarm_locked(side);
  if (side.armed) return;  // the callback will see to it
  side.armed = true;
  side.armed_for = side.deadline;
  side.timer.when_ns = side.deadline;
  side.timer.callback = mode == IoMode::kRead ? on_read_timer : on_write_timer;
  side.timer.argument = this;
  arm_timer(&side.timer);
}

// apply_deadline_locked: the deadline or the time has changed. Returns whom to wake.
G* PollDesc::apply_deadline_locked(IoMode mode, int64_t now) {
  Direction& side = direction(mode);
  const bool expired = side.deadline <= now;
  if (expired) {
    conditions_.fetch_or(expired_bit(mode), std::memory_order_seq_cst);
  } else {
    conditions_.fetch_and(~expired_bit(mode), std::memory_order_seq_cst);
  }
  if (expired || side.deadline == kNoIoDeadline) {
    disarm_locked(side);
  } else {
    arm_locked(side, mode);
  }
  return expired ? unblock(mode, false) : nullptr;
}

void PollDesc::set_deadline(IoMode mode, int64_t when_ns) {
  G* woken = nullptr;
  lock_.lock();
  if ((conditions_.load(std::memory_order_relaxed) & kClosingBit) == 0) {
    direction(mode).deadline = when_ns;
    woken = apply_deadline_locked(mode, now_ns());
  }
  lock_.unlock();
  wake(woken);
}

void PollDesc::on_timer(IoMode mode) {
  G* woken = nullptr;
  lock_.lock();
  direction(mode).armed = false;
  if ((conditions_.load(std::memory_order_relaxed) & kClosingBit) == 0) woken = apply_deadline_locked(mode, now_ns());
  lock_.unlock();
  wake(woken);
}

void PollDesc::close() {
  lock_.lock();
  conditions_.fetch_or(kClosingBit, std::memory_order_seq_cst);
  for (Direction& side : directions_) disarm_locked(side);
  G* const reader = unblock(IoMode::kRead, false);
  G* const writer = unblock(IoMode::kWrite, false);
  lock_.unlock();
  wake(reader);
  wake(writer);
}

}  // namespace gorace::runtime
