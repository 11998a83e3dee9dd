#include <gorace/go.h>
#include <gorace/time.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include "runtime/sched/scheduler.h"
#include "runtime/timer/timer_heap.h"
#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

using namespace std::chrono_literals;

TEST(TimerHeap, RunsInOrderOfTime) {
  std::random_device device;
  const unsigned seed = device();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  runtime::TimerHeap heap;
  struct Timed {
    runtime::RuntimeTimer timer;
    std::vector<int64_t>* order;
  };
  std::vector<int64_t> order;
  std::vector<Timed> timers(1000);
  for (Timed& timed : timers) {
    timed.order = &order;
    timed.timer.when_ns = static_cast<int64_t>(random() % 500);
    timed.timer.argument = &timed;
    timed.timer.callback = [](void* argument) {
      auto* self = static_cast<Timed*>(argument);
      self->order->push_back(self->timer.when_ns);
    };
    heap.add(&timed.timer);
  }
  int removed = 0;
  for (Timed& timed : timers) {
    if (random() % 3 != 0) continue;
    EXPECT_TRUE(heap.remove(&timed.timer));
    EXPECT_FALSE(heap.remove(&timed.timer));
    ++removed;
  }
  const int early = heap.run_expired(250);
  EXPECT_EQ(static_cast<size_t>(early), order.size());
  EXPECT_TRUE(std::all_of(order.begin(), order.end(), [](int64_t when) { return when <= 250; }));
  EXPECT_GT(heap.next_when(), 250);
  heap.run_expired(500);
  EXPECT_EQ(order.size(), timers.size() - removed);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(heap.next_when(), runtime::kNever);
}

TEST(TimerHeap, CallbackMayStartItsTimerAgain) {
  runtime::TimerHeap heap;
  struct Ticker {
    runtime::RuntimeTimer timer;
    runtime::TimerHeap* heap;
    int ticks = 0;
  } ticker{{}, &heap};
  ticker.timer.argument = &ticker;
  ticker.timer.callback = [](void* argument) {
    auto* self = static_cast<Ticker*>(argument);
    ++self->ticks;
    self->timer.when_ns += 10;
    self->heap->add(&self->timer);
  };
  heap.add(&ticker.timer);
  heap.run_expired(95);
  EXPECT_EQ(ticker.ticks, 10);
  EXPECT_TRUE(heap.remove(&ticker.timer));
}

class Timers : public AtEachProcs {};
GORACE_AT_EACH_PROCS(Timers);

TEST_P(Timers, SleepLastsAtLeastItsTime) {
  const int64_t before = runtime::now_ns();
  sleep(2ms);
  EXPECT_GE(runtime::now_ns() - before, 2'000'000);
}

TEST_P(Timers, TenThousandSleepers) {
  constexpr int kSleepers = 10'000;
  Join all(kSleepers);
  std::atomic<int> early{0};
  for (int i = 0; i < kSleepers; ++i) {
    go([&] {
      const int64_t before = runtime::now_ns();
      sleep(1ms);
      if (runtime::now_ns() - before < 1'000'000) early.fetch_add(1);
      all.done();
    });
  }
  all.wait();
  EXPECT_EQ(early.load(), 0);
}

TEST_P(Timers, ZeroAndNegativeSleepsYield) {
  sleep(0s);
  sleep(-5s);
  sleep(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()));
}

TEST_P(Timers, EndlessSleepDoesNotOverflow) {
  static_assert(internal::to_nanoseconds(std::chrono::hours::max()) == INT64_MAX);
  static_assert(internal::to_nanoseconds(std::chrono::duration<double>(1.5)) == 1'500'000'000);
}

// Fired counts its callback and tells whoever waits.
struct Fired {
  runtime::RuntimeTimer timer;
  Turn turn;
  std::atomic<int> count{0};

  void start(int64_t after_ns) {
    timer.when_ns = runtime::now_ns() + after_ns;
    timer.argument = this;
    timer.callback = [](void* argument) {
      auto* self = static_cast<Fired*>(argument);
      self->count.fetch_add(1);
      self->turn.give();
    };
    runtime::start_timer(&timer);
  }
};

TEST_P(Timers, CallbackRunsOnce) {
  Fired fired;
  fired.start(1'000'000);
  fired.turn.take();
  EXPECT_FALSE(runtime::stop_timer(&fired.timer));
  runtime::wait_timer_callback(&fired.timer);
  EXPECT_EQ(fired.count.load(), 1);
}

TEST_P(Timers, StoppedTimerNeverFires) {
  Fired fired;
  fired.start(3'600'000'000'000);
  EXPECT_TRUE(runtime::stop_timer(&fired.timer));
  EXPECT_FALSE(runtime::stop_timer(&fired.timer));
  EXPECT_EQ(fired.count.load(), 0);
}

TEST_P(Timers, StopIsExact) {
  for (int i = 0; i < 300; ++i) {
    Fired fired;
    fired.start(i * 500);
    for (int k = 0; k < i % 7; ++k) yield();
    const bool stopped = runtime::stop_timer(&fired.timer);
    if (!stopped) runtime::wait_timer_callback(&fired.timer);
    EXPECT_EQ(fired.count.load(), stopped ? 0 : 1);
  }
}

// The only processor is busy with a goroutine that never enters the scheduler: the timer fires all the same.
TEST_P(Timers, FiresWhileProcessorsAreBusy) {
  Join all(GetParam() + 1);
  std::atomic<bool> stop{false};
  for (int g = 0; g < GetParam(); ++g) {
    go([&] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
      all.done();
    });
  }
  go([&] {
    sleep(1ms);
    stop.store(true);
    all.done();
  });
  all.wait();
}

// The callback then runs on sysmon's thread, which is nobody's goroutine: it creates in nobody's name, as on any
// scheduler stack, and must not count as a thread of the program.
TEST_P(Timers, NobodyCreatesWhatACallbackStarts) {
  Join all(GetParam());
  std::atomic<bool> stop{false};
  for (int g = 1; g < GetParam(); ++g) {
    go([&] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
      all.done();
    });
  }
  static std::atomic<uint64_t> creator;
  creator = ~uint64_t{0};
  Fired fired;
  fired.timer.when_ns = runtime::now_ns() + 1'000'000;
  fired.timer.argument = nullptr;
  fired.timer.callback = [](void*) {
    runtime::spawn(
        {}, 1, 1, [](void*, void*) {}, nullptr, [](void*) { creator.store(runtime::current_g()->creator_id); });
  };
  runtime::start_timer(&fired.timer);
  while (creator.load(std::memory_order_relaxed) == ~uint64_t{0}) {  // main does not enter the scheduler
  }
  stop.store(true);
  all.done();
  all.wait();
  EXPECT_EQ(creator.load(), 0u);
  EXPECT_EQ(runtime::attached_thread_count(), 0);
}

// The thread gives its processor away and does not watch over the timers that it leaves there.
TEST_P(Timers, ALockedThreadsSleepEnds) {
  lock_os_thread();
  for (int i = 0; i < 3; ++i) sleep(1ms);
  unlock_os_thread();
}

TEST_P(Timers, ASleeperWakesWhileMainIsInABlockingCall) {
  std::atomic<bool> awake{false};
  Join all(1);
  go([&] {
    sleep(1ms);
    awake.store(true);
    all.done();
  });
  yield();
  blocking([&] {
    while (!awake.load()) std::this_thread::yield();
  });
  all.wait();
}

TEST_P(Timers, AThreadsTimerWakesAnIdleScheduler) {
  Fired fired;
  std::thread thread([&] { fired.start(2'000'000); });
  fired.turn.take();
  thread.join();
  runtime::wait_timer_callback(&fired.timer);
}

}  // namespace
}  // namespace gorace::testing
