// Selection: one select on its way: poll all cases under all channels' locks, else wait on all of them. The rules are
// those of Go's runtime/select.go.
//
//   1. Box the values to send, where their channels want boxes. (User code; no locks.)
//   2. Lock the channels, each once, in the order of their addresses: two selects cannot deadlock.
//   3. Look at the cases in random order; the first that can go ahead does. This is a uniform choice among the ready
//   ones.
//   4. None: with `otherwise`, that. Else queue a Waiter on each channel and park. The locks are released once this
//   goroutine
//      no longer runs (commit). A waker claims the goroutine by G::select_claimed; the timer of a timeout is one more
//      waker.
//   5. Woken: take the other waiters out of their queues, each under its channel's lock, starting with the channel that
//   commit
//      unlocks last. So commit, which runs on another stack, is done with this object before it goes.
//
// Lives on the selecting goroutine's stack. Many cases: their state is on the heap.
#ifndef GORACE_RUNTIME_CHAN_SELECTION_H_
#define GORACE_RUNTIME_CHAN_SELECTION_H_

#include <gorace/internal/select_core.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/chan/chan_core.h"
#include "runtime/sched/sched.h"

namespace gorace::internal {

class Selection {
 public:
  Selection(const SelectRecord* records, size_t count);
  // Gives back the boxed values that were not sent.
  ~Selection();
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;

  SelectResult run();

 private:
  static constexpr size_t kInlineCases = 8;
  static constexpr int kNone = -1;

  // A case on a channel that is not nil.
  struct Case {
    ChanCore* chan;
    void* element;   // as the core keeps it: the record's, or &box
    uint32_t index;  // in the records
    bool is_send;
    void* box = nullptr;
    Waiter waiter = {};
  };

  void collect(const SelectRecord* records, size_t count);
  void box_values();
  void order_cases();
  void shuffle();
  void lock_all();
  void unlock_all() { unlock_all(cases_, lock_order_, case_count_); }
  static void unlock_all(Case* cases, const uint32_t* order, size_t count);

  bool poll(G* g, SelectResult* result);
  bool poll_case(G* g, Case& polled, SelectResult* result);
  SelectResult wait();
  void dequeue_losers(const Case* fired);
  SelectResult finish(Case& chosen, bool success);
  bool timeout_expired() const { return timeout_index_ != kNone && timer_.when_ns <= runtime::now_ns(); }

  static void commit(void* selection);
  static void on_timeout(void* selection);

  const SelectRecord* const records_;
  Case* cases_ = reinterpret_cast<Case*>(inline_cases_);
  uint32_t* poll_order_ = inline_orders_;  // ends with case_count_, for the timeout, when there is one
  uint32_t* lock_order_ = inline_orders_ + kInlineCases + 1;
  size_t case_count_ = 0;
  bool any_boxed_ = false;
  int otherwise_index_ = kNone;
  int timeout_index_ = kNone;
  G* waiting_g_ = nullptr;
  runtime::RuntimeTimer timer_;

  // Cases are constructed as they are collected: a select of two need not clear room for eight.
  alignas(Case) unsigned char inline_cases_[kInlineCases * sizeof(Case)];
  uint32_t inline_orders_[2 * kInlineCases + 1];
  std::unique_ptr<unsigned char[]> heap_cases_;
  std::unique_ptr<uint32_t[]> heap_orders_;
};

}  // namespace gorace::internal

#endif  // GORACE_RUNTIME_CHAN_SELECTION_H_
