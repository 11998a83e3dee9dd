#include "runtime/timer/timer_heap.h"

namespace gorace::runtime {
namespace {

// RuntimeTimer::heap_index: 1 + the index while the timer is in a heap; 0 otherwise, which is what a zeroed timer says.
constexpr uint32_t kNotInHeap = 0;

}  // namespace

uint32_t TimerHeap::size() {
  lock_.lock();
  const auto count = static_cast<uint32_t>(entries_.size());
  lock_.unlock();
  return count;
}

void TimerHeap::place(uint32_t index, Entry entry) {
  entries_[index] = entry;
  entry.timer->heap_index = index + 1;
}

void TimerHeap::sift_up(uint32_t index, Entry entry) {
  while (index > 0) {
    const uint32_t parent = (index - 1) / 4;
    if (entries_[parent].when <= entry.when) break;
    place(index, entries_[parent]);
    index = parent;
  }
  place(index, entry);
}

void TimerHeap::sift_down(uint32_t index, Entry entry) {
  const auto size = static_cast<uint32_t>(entries_.size());
  for (;;) {
    const uint32_t first = index * 4 + 1;
    if (first >= size) break;
    uint32_t least = first;
    for (uint32_t child = first + 1; child < first + 4 && child < size; ++child) {
      if (entries_[child].when < entries_[least].when) least = child;
    }
    if (entry.when <= entries_[least].when) break;
    place(index, entries_[least]);
    index = least;
  }
  place(index, entry);
}

void TimerHeap::remove_at(uint32_t index) {
  entries_[index].timer->heap_index = kNotInHeap;
  const Entry last = entries_.back();
  entries_.pop_back();
  if (index == entries_.size()) return;
  if (index > 0 && last.when < entries_[(index - 1) / 4].when) {
    sift_up(index, last);
  } else {
    sift_down(index, last);
  }
}

void TimerHeap::publish_next() {
  next_when_.store(entries_.empty() ? kNever : entries_[0].when, std::memory_order_release);
}

bool TimerHeap::add(RuntimeTimer* timer) {
  lock_.lock();
  timer->heap = this;
  const Entry entry{timer->when_ns, timer};
  entries_.push_back(entry);
  sift_up(static_cast<uint32_t>(entries_.size()) - 1, entry);
  const bool earliest = entries_[0].timer == timer;
  if (earliest) publish_next();
  lock_.unlock();
  return earliest;
}

bool TimerHeap::remove(RuntimeTimer* timer) {
  lock_.lock();
  const bool pending = timer->heap_index != kNotInHeap;
  if (pending) {
    remove_at(timer->heap_index - 1);
    publish_next();
  }
  lock_.unlock();
  return pending;
}

int TimerHeap::run_expired(int64_t now) {
  if (next_when() > now) return 0;
  int ran = 0;
  lock_.lock();
  if (!runner_) {
    runner_ = true;
    while (!entries_.empty() && entries_[0].when <= now) {
      RuntimeTimer* timer = entries_[0].timer;
      remove_at(0);
      publish_next();
      void (*const callback)(void*) = timer->callback;
      void* const argument = timer->argument;
      running_.store(timer, std::memory_order_relaxed);  // under lock_: whoever finds the timer gone sees it here
      lock_.unlock();
      callback(argument);  // the timer may be gone after this
      ++ran;
      lock_.lock();
      running_.store(nullptr, std::memory_order_release);  // pairs with wait_callback
    }
    runner_ = false;
  }
  lock_.unlock();
  return ran;
}

void TimerHeap::forget() {
  while (!entries_.empty()) remove_at(static_cast<uint32_t>(entries_.size()) - 1);
  runner_ = false;
  running_.store(nullptr, std::memory_order_relaxed);
  publish_next();
}

void TimerHeap::wait_callback(const RuntimeTimer* timer) {
  // Callbacks do not block, so the wait is short unless the kernel took the runner's core.
  for (int spins = 0; running_.load(std::memory_order_acquire) == timer; ++spins) {
    if (spins < 100) {
      cpu_relax();
    } else {
      sched_yield();
    }
  }
}

}  // namespace gorace::runtime
