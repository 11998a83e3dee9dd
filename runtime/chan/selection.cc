#include "runtime/chan/selection.h"

#include <gorace/panic.h>

#include <algorithm>
#include <new>
#include <utility>

#include "runtime/chan/chan_attempt.h"
#include "runtime/chan/random.h"

namespace gorace::internal {

using runtime::WaitReason;

Selection::Selection(const SelectRecord* records, size_t count) : records_(records) {
  if (count > kInlineCases) {
    heap_cases_.reset(new unsigned char[count * sizeof(Case)]);
    heap_orders_.reset(new uint32_t[2 * count + 1]);
    cases_ = reinterpret_cast<Case*>(heap_cases_.get());
    poll_order_ = heap_orders_.get();
    lock_order_ = heap_orders_.get() + count + 1;
  }
  collect(records, count);
}

Selection::~Selection() {
  if (!any_boxed_) return;
  for (size_t i = 0; i < case_count_; ++i) {
    Case& unsent = cases_[i];
    if (unsent.is_send && unsent.box != nullptr) {
      unsent.chan->type().restore(records_[unsent.index].element, unsent.box);
    }
  }
}

void Selection::collect(const SelectRecord* records, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const SelectRecord& record = records[i];
    switch (record.kind) {
      case SelectKind::kOtherwise:
        if (otherwise_index_ == kNone) otherwise_index_ = static_cast<int>(i);
        break;
      case SelectKind::kTimeout:
        if (timeout_index_ != kNone && timer_.when_ns <= record.deadline_ns) break;
        timeout_index_ = static_cast<int>(i);
        timer_.when_ns = record.deadline_ns;
        break;
      case SelectKind::kSend:
      case SelectKind::kRecv: {
        if (record.chan == nullptr) break;
        const bool is_send = record.kind == SelectKind::kSend;
        new (&cases_[case_count_++]) Case{record.chan, record.element, static_cast<uint32_t>(i), is_send};
        any_boxed_ |= record.chan->boxed();
      }
    }
  }
}

void Selection::box_values() {
  for (size_t i = 0; i < case_count_; ++i) {
    Case& boxed = cases_[i];
    if (!boxed.chan->boxed()) continue;
    if (boxed.is_send) boxed.box = boxed.chan->type().box(boxed.element);
    boxed.element = &boxed.box;
  }
}

void Selection::shuffle() {
  const auto count = static_cast<uint32_t>(case_count_ + (timeout_index_ != kNone ? 1 : 0));
  // Fisher and Yates, inside out; a random number gives two 32-bit ones.
  uint64_t bits = 0;
  for (uint32_t i = 0; i < count; ++i) {
    bits = (i & 1) != 0 ? runtime::random_u64() : bits >> 32;
    const uint32_t j = runtime::random_below(static_cast<uint32_t>(bits), i + 1);
    poll_order_[i] = poll_order_[j];
    poll_order_[j] = i;
  }
}

void Selection::order_cases() {
  if (case_count_ == 2 && timeout_index_ == kNone) {  // by far the most frequent
    const auto first = static_cast<uint32_t>(runtime::random_u64() >> 63);
    poll_order_[0] = first;
    poll_order_[1] = 1 - first;
    const uint32_t low = cases_[0].chan < cases_[1].chan ? 0 : 1;
    lock_order_[0] = low;
    lock_order_[1] = 1 - low;
    return;
  }
  shuffle();
  const auto before = [this](uint32_t a, uint32_t b) { return cases_[a].chan < cases_[b].chan; };
  for (uint32_t i = 0; i < case_count_; ++i) lock_order_[i] = i;
  if (case_count_ > kInlineCases) {
    std::sort(lock_order_, lock_order_ + case_count_, before);
    return;
  }
  for (size_t i = 1; i < case_count_; ++i) {
    const uint32_t inserted = lock_order_[i];
    size_t j = i;
    for (; j > 0 && before(inserted, lock_order_[j - 1]); --j) lock_order_[j] = lock_order_[j - 1];
    lock_order_[j] = inserted;
  }
}

void Selection::lock_all() {
  const ChanCore* last = nullptr;
  for (size_t i = 0; i < case_count_; ++i) {
    ChanCore* chan = cases_[lock_order_[i]].chan;
    if (chan != last) chan->lock();
    last = chan;
  }
}

// In reverse, so that nothing of the selection is touched after the first channel is unlocked.
void Selection::unlock_all(Case* cases, const uint32_t* order, size_t count) {
  for (size_t i = count; i-- > 0;) {
    ChanCore* chan = cases[order[i]].chan;
    if (i > 0 && cases[order[i - 1]].chan == chan) continue;  // once, with the first of its cases
    chan->unlock();
  }
}

SelectResult Selection::run() {
  if (case_count_ == 0) {
    if (timeout_expired()) return {timeout_index_, false};
    if (otherwise_index_ != kNone) return {otherwise_index_, false};
    if (timeout_index_ == kNone) runtime::park_for_ever(WaitReason::kSelect);
    return wait();
  }
  if (any_boxed_) box_values();
  order_cases();
  G* g = observed_g();
  SelectResult result{kNone, false};
  lock_all();
  if (poll(g, &result)) return result;
  if (otherwise_index_ != kNone) {
    unlock_all();
    return {otherwise_index_, false};
  }
  return wait();
}

// poll lets the first case that can go ahead take place. True: it did, and the locks are released.
bool Selection::poll(G* g, SelectResult* result) {
  const size_t count = case_count_ + (timeout_index_ != kNone ? 1 : 0);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t polled = poll_order_[i];
    if (polled == case_count_) {
      if (!timeout_expired()) continue;
      unlock_all();
      *result = {timeout_index_, false};
      return true;
    }
    if (poll_case(g, cases_[polled], result)) return true;
  }
  return false;
}

bool Selection::poll_case(G* g, Case& polled, SelectResult* result) {
  Waiter* partner = nullptr;
  if (polled.is_send) polled.chan->note_send(g);
  const Attempt attempt = polled.is_send ? polled.chan->attempt_send(g, polled.element, &partner)
                                         : polled.chan->attempt_recv(g, polled.element, &partner);
  if (attempt == Attempt::kBlocked) return false;
  unlock_all();
  if (attempt == Attempt::kHandOff) {
    if (polled.is_send) {
      polled.chan->hand_over(partner, polled.element);
    } else {
      polled.chan->take_over(partner, polled.element);
    }
  } else if (partner != nullptr) {
    ChanCore::wake(partner, true);
  }
  *result = finish(polled, attempt != Attempt::kClosed);
  return true;
}

SelectResult Selection::finish(Case& chosen, bool success) {
  const auto index = static_cast<int>(chosen.index);
  if (chosen.is_send) {
    if (!success) panic("send on closed channel");
    chosen.box = nullptr;
  } else if (success && chosen.chan->boxed()) {
    void* box = std::exchange(chosen.box, nullptr);
    chosen.chan->type().unbox(records_[chosen.index].element, box);
  }
  return {index, success};
}

SelectResult Selection::wait() {
  G* g = waiting_g_ = runtime::current_g();
  g->select_claimed.store(0, std::memory_order_relaxed);  // ordered before the wakers by the locks, or by start_timer
  g->wake_token = nullptr;
  for (size_t i = 0; i < case_count_; ++i) {
    Case& waiting = cases_[i];
    waiting.waiter.g = g;
    waiting.waiter.element = waiting.element;
    waiting.waiter.is_select = true;
    waiting.waiter.success = false;
    if (waiting.is_send) {
      waiting.chan->enqueue_sender(&waiting.waiter);
    } else {
      waiting.chan->enqueue_receiver(&waiting.waiter);
    }
  }
  timer_.callback = on_timeout;
  timer_.argument = this;
  runtime::park(WaitReason::kSelect, case_count_ > 0 ? cases_[0].chan : nullptr, commit, this);

  const Waiter* token = static_cast<Waiter*>(g->wake_token);
  if (timeout_index_ != kNone && !runtime::stop_timer(&timer_)) runtime::wait_timer_callback(&timer_);
  Case* fired = nullptr;
  for (size_t i = 0; i < case_count_ && fired == nullptr; ++i) {
    if (&cases_[i].waiter == token) fired = &cases_[i];
  }
  dequeue_losers(fired);
  if (fired == nullptr) return {timeout_index_, false};
  return finish(*fired, fired->waiter.success);
}

void Selection::dequeue_losers(const Case* fired) {
  for (size_t i = 0; i < case_count_; ++i) {
    Case& loser = cases_[lock_order_[i]];
    if (&loser == fired) continue;
    loser.chan->lock();
    if (loser.is_send) {
      loser.chan->remove_sender(&loser.waiter);
    } else {
      loser.chan->remove_receiver(&loser.waiter);
    }
    loser.chan->unlock();
  }
}

// Runs on the scheduler's stack when the goroutine has stopped running. The timer first: once the first channel is
// unlocked (or, without channels, once the timer is started) the goroutine may be back and the selection gone.
void Selection::commit(void* selection) {
  auto* self = static_cast<Selection*>(selection);
  Case* const cases = self->cases_;
  const uint32_t* const order = self->lock_order_;
  const size_t count = self->case_count_;
  if (self->timeout_index_ != kNone) runtime::start_timer(&self->timer_);
  unlock_all(cases, order, count);
}

// A timer callback. wake_token stays null: no case of a channel took place.
void Selection::on_timeout(void* selection) {
  G* g = static_cast<Selection*>(selection)->waiting_g_;
  if (runtime::claim_select(g)) runtime::ready(g);
}

namespace {

// One channel and perhaps `otherwise`: a plain operation, as Go's compiler makes of it. Returns false for other shapes.
bool select_single(const SelectRecord* records, size_t count, SelectResult* result) {
  if (count == 0 || count > 2) return false;
  const bool has_otherwise = count == 2;
  size_t operation = 0;
  if (has_otherwise) {
    if (records[0].kind == SelectKind::kOtherwise) operation = 1;
    if (records[1 - operation].kind != SelectKind::kOtherwise) return false;
  }
  const SelectRecord& record = records[operation];
  const auto index = static_cast<int>(operation);
  const auto otherwise = static_cast<int>(1 - operation);
  if (record.kind == SelectKind::kSend) {
    if (!has_otherwise) {
      chan_send(record.chan, record.element);
    } else if (!chan_try_send(record.chan, record.element)) {
      *result = {otherwise, false};
      return true;
    }
    *result = {index, true};
    return true;
  }
  if (record.kind != SelectKind::kRecv) return false;
  if (!has_otherwise) {
    *result = {index, chan_recv(record.chan, record.element)};
    return true;
  }
  const TryRecv tried = chan_try_recv(record.chan, record.element);
  *result = {tried == TryRecv::kWouldBlock ? otherwise : index, tried == TryRecv::kReceived};
  return true;
}

// take_record lets one case take place, if it still can, under its channel's lock alone.
[[gnu::always_inline]] inline bool take_record(const SelectRecord& record, bool* received) {
  ChanCore& chan = *record.chan;
  const bool is_send = record.kind == SelectKind::kSend;
  Waiter* partner = nullptr;
  chan.lock();
  const Attempt attempt = is_send ? chan.attempt_send(nullptr, record.element, &partner)
                                  : chan.attempt_recv(nullptr, record.element, &partner);
  chan.unlock();
  if (attempt == Attempt::kBlocked) return false;
  if (attempt == Attempt::kClosed && is_send) panic("send on closed channel");
  if (attempt == Attempt::kHandOff) {
    is_send ? chan.hand_over(partner, record.element) : chan.take_over(partner, record.element);
  } else if (partner != nullptr) {
    ChanCore::wake(partner, true);
  }
  *received = attempt != Attempt::kClosed;
  return true;
}

// select_ready takes one of the cases that look ready, each equally likely, without locking the others' channels and
// without a Selection. False: none looked ready, or the chosen one was not any more, or the select is not of the simple
// kind. Then nothing has happened, and Selection looks at all of them at one moment, which `otherwise` must.
bool select_ready(const SelectRecord* records, size_t count, SelectResult* result) {
  constexpr size_t kMost = 8;
  if (count > kMost || observed()) return false;
  uint32_t ready[kMost];
  uint32_t ready_count = 0;
  bool has_timeout = false;
  for (uint32_t i = 0; i < count; ++i) {
    const SelectRecord& record = records[i];
    if (record.kind == SelectKind::kTimeout) has_timeout = true;
    if (record.chan == nullptr) continue;
    if (record.chan->boxed()) return false;
    const bool blocked =
        record.kind == SelectKind::kSend ? record.chan->send_would_block() : record.chan->recv_would_block();
    if (!blocked) ready[ready_count++] = i;
  }
  if (ready_count == 0) return false;
  if (has_timeout) {
    const int64_t now = runtime::now_ns();
    for (uint32_t i = 0; i < count; ++i) {
      if (records[i].kind == SelectKind::kTimeout && records[i].deadline_ns <= now) return false;
    }
  }
  uint32_t chosen = ready[0];
  if (ready_count > 1)
    chosen = ready[runtime::random_below(static_cast<uint32_t>(runtime::random_u64() >> 32), ready_count)];
  bool received = false;
  if (!take_record(records[chosen], &received)) return false;
  *result = {static_cast<int>(chosen), received};
  return true;
}

}  // namespace

SelectResult select_wait(const SelectRecord* records, size_t count) {
  if (count == 0) runtime::park_for_ever(WaitReason::kSelectNoCases);
  SelectResult result{0, false};
  if (select_single(records, count, &result) || select_ready(records, count, &result)) return result;
  return Selection(records, count).run();
}

}  // namespace gorace::internal
