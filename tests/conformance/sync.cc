// Go's sync_test.go: condition variables, functions called after a time, goroutines that start goroutines.
#include <gorace/chan.h>
#include <gorace/cond.h>
#include <gorace/context.h>
#include <gorace/mutex.h>
#include <gorace/timer.h>
#include <gorace/wait_group.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

using namespace std::chrono_literals;

RACE_CASE(NoRaceCond) {
  int x = 0;
  bool ready = false;
  Mutex mutex;
  Cond cond;
  Goroutines goroutines;
  goroutines.go([&] {
    x = 1;
    std::lock_guard lock(mutex);
    ready = true;
    cond.signal();
  });
  {
    std::unique_lock lock(mutex);
    cond.wait(lock, [&] { return ready; });
  }
  x = 2;
  keep(x);
}

// The second critical section of the goroutine comes after the waiter has left, which nothing tells the waiter.
RACE_CASE(RaceCond) {
  int x = 0;
  bool ready = false;
  Mutex mutex;
  Cond cond;
  Meeting waiter_left;
  Goroutines goroutines;
  goroutines.go([&] {
    x = 1;
    {
      std::lock_guard lock(mutex);
      ready = true;
      cond.signal();
    }
    waiter_left.wait_for(1);
    std::lock_guard lock(mutex);
    x = 3;
  });
  {
    std::unique_lock lock(mutex);
    cond.wait(lock, [&] { return ready; });
  }
  waiter_left.arrive();
  x = 2;
  keep(x);
}

// Goroutines of three generations that all write x.
RACE_CASE(RaceAnnounceThreads) {
  int x = 0;
  WaitGroup wg;
  auto write = [&] { x = 1; };
  auto grandchild = [&] {
    for (int i = 0; i < 2; ++i) wg.go(write);
  };
  auto child = [&] {
    x = 1;
    wg.go(grandchild);
    wg.go(write);
    x = 2;
  };
  wg.go([&] {
    x = 2;
    wg.go(child);
  });
  wg.wait();
}

RACE_CASE(RaceGoroutineCreationStack) {
  int x = 0;
  WaitGroup wg;
  auto generation1 = [&] { x = 1; };
  auto generation2 = [&] { wg.go(generation1); };
  auto generation3 = [&] { wg.go(generation2); };
  auto generation4 = [&] { wg.go(generation3); };
  wg.go(generation4);
  x = 2;
  wg.wait();
}

// A function that sets the timer for its own next call.
RACE_CASE(NoRaceAfterFunc1) {
  int calls_left = 2;
  auto done = make_chan<bool>();
  std::function<void()> f = [&calls_left, &f, done] {
    --calls_left;
    if (calls_left >= 0) {
      after_func(0ns, f);
    } else {
      done.send(true);
    }
  };
  after_func(0ns, f);
  done.recv();
}

RACE_CASE(NoRaceAfterFunc2) {
  static int x = 0;
  Timer timer = after_func(10ns, [] {
    x = 1;
    keep(x);
  });
  timer.stop();
}

RACE_CASE(NoRaceAfterFunc3) {
  int x = 0;
  auto done = make_chan<bool>(1);
  after_func(10ms, [&x, done] {
    x = 1;
    done.send(true);
  });
  done.recv();
}

// Two functions called one after the other in time are not ordered.
RACE_CASE(RaceAfterFunc3) {
  int x = 0;
  auto done = make_chan<bool>(2);
  auto write_after = [&](std::chrono::milliseconds duration, int value) {
    after_func(duration, [&x, done, value] {
      x = value;
      done.send(true);
    });
  };
  write_after(1ms, 1);
  write_after(2ms, 2);
  done.recv();
  done.recv();
}

// A context's value is destroyed by whoever drops its last copy, after what all others did with it.
constexpr ContextKey<std::vector<int>> kNumbers;
RACE_CASE(NoRaceContextValueThatAnotherDestroys) {
  Context one = with_value(background(), kNumbers, std::vector<int>{1, 2, 3});
  Context other = one;
  Meeting dropped;
  Goroutines goroutines;
  goroutines.go([context = std::move(one), &dropped]() mutable {
    use(context.value(kNumbers)->back());
    context = background();
    dropped.arrive();
  });
  goroutines.go([context = std::move(other), &dropped]() mutable {
    dropped.wait_for(1);
    context = background();
  });
}

}  // namespace
}  // namespace gorace::conformance
