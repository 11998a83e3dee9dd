// What the cases of std::thread share with each other.
#ifndef GORACE_TESTS_CONFORMANCE_THREADS_THREADS_H_
#define GORACE_TESTS_CONFORMANCE_THREADS_THREADS_H_

#include <sched.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "tests/conformance/harness.h"

namespace gorace::conformance {

// Signal: one thread waits until others got somewhere, without being ordered after them: relaxed operations order
// nothing.
class Signal {
 public:
  void give() { given_.fetch_add(1, std::memory_order_relaxed); }
  void wait(int count = 1) const {
    while (given_.load(std::memory_order_relaxed) < count) sched_yield();
  }

 private:
  std::atomic<int> given_{0};
};

// Threads: joined where the object ends, after the accesses that a case is about.
class Threads {
 public:
  Threads() = default;
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() {
    for (std::thread& thread : threads_) thread.join();
  }

  template <class F>
  void run(F f) {
    threads_.emplace_back(std::move(f));
  }

 private:
  std::vector<std::thread> threads_;
};

// in_distinct_stacks calls f(0) ... f(kSide * kSide - 1), each under a call stack of its own: races in them are reports
// of their own.
template <int kIndex, class F>
[[gnu::noinline]] void leaf(F& f, int index) {
  f(index);
  asm volatile("");  // not a tail call
}
template <int kIndex, class F, int... kLeaves>
[[gnu::noinline]] void branch(F& f, std::integer_sequence<int, kLeaves...>) {
  (leaf<kLeaves>(f, kIndex * static_cast<int>(sizeof...(kLeaves)) + kLeaves), ...);
  asm volatile("");
}
template <class F, int... kBranches>
void in_branches(F& f, std::integer_sequence<int, kBranches...> all) {
  (branch<kBranches>(f, all), ...);
}
template <int kSide, class F>
void in_distinct_stacks(F f) {
  in_branches(f, std::make_integer_sequence<int, kSide>());
}

// after runs `second` in a thread of its own once `first`, in another, is done; nothing orders the two.
template <class First, class Second>
void after(First first, Second second) {
  Signal done;
  Threads threads;
  threads.run([&] {
    first();
    done.give();
  });
  threads.run([&] {
    done.wait();
    second();
  });
}

}  // namespace gorace::conformance

#endif  // GORACE_TESTS_CONFORMANCE_THREADS_THREADS_H_
