// Timer, Ticker, after, after_func: the semantics of Go 1.23 and later.
#include "tests/unit/chan/goroutine_test.h"

#include <atomic>

namespace gorace {
namespace {

using namespace std::chrono_literals;

class TimerTest : public GoroutineTest {};
GORACE_INSTANTIATE(TimerTest);

TEST_P(TimerTest, FiresOnceNotBeforeItsTime) {
  const auto start = std::chrono::steady_clock::now();
  Timer timer(3ms);
  const std::optional<TimePoint> fired = timer.chan().recv();
  ASSERT_TRUE(fired);
  EXPECT_GE(*fired - start, 3ms);
  EXPECT_FALSE(timer.stop());
  EXPECT_FALSE(timer.chan().try_recv());
}

TEST_P(TimerTest, DurationsThatAreNotPositiveAreOverAtOnce) {
  for (const std::chrono::nanoseconds duration : {0ns, -1ns, std::chrono::nanoseconds::min()}) {
    EXPECT_TRUE(Timer(duration).chan().recv());
    EXPECT_TRUE(after(duration).chan().recv());  // NOLINT(gorace-after-in-loop)
    EXPECT_EQ(select(recv(Chan<int>{}), after(duration)), 1);
    Timer late(1h);
    EXPECT_TRUE(late.reset(duration));
    EXPECT_TRUE(late.chan().recv());
    auto called = make_chan<int>(0);
    after_func(duration, [=] { called << 1; });
    EXPECT_EQ(called.recv(), 1);
  }
}

TEST_P(TimerTest, ATickerWithoutAPeriodPanicsWithGosText) {
  Ticker ticker(1h);
  for (const std::chrono::nanoseconds period : {0ns, -1ns, std::chrono::nanoseconds::min()}) {
    EXPECT_EQ(panic_text([=] { Ticker unmade(period); }), "non-positive interval for NewTicker");
    EXPECT_EQ(panic_text([&] { ticker.reset(period); }), "non-positive interval for Ticker.Reset");
  }
  ticker.reset(1us);  // it has not been stopped by what was refused
  EXPECT_TRUE(ticker.chan().recv());
}

TEST_P(TimerTest, StoppedTimerSendsNothing) {
  Timer timer(1h);
  EXPECT_TRUE(timer.stop());
  EXPECT_FALSE(timer.stop());
  EXPECT_FALSE(timer.chan().try_recv());
}

TEST_P(TimerTest, NothingStaleAfterStopOrReset) {
  for (int i = 0; i < 50; ++i) {
    Timer timer{std::chrono::microseconds(i)};
    for (int spin = 0; spin < i; ++spin) yield();
    timer.stop();
    EXPECT_FALSE(timer.chan().try_recv());
    timer.reset(0ms);
    EXPECT_TRUE(timer.chan().recv());
    EXPECT_FALSE(timer.reset(1h));
    EXPECT_TRUE(timer.reset(1h));
    EXPECT_FALSE(timer.chan().try_recv());
  }
}

TEST_P(TimerTest, TickThatNobodyTookIsGoneAfterStop) {
  Timer timer(0ms);
  Timer later(1ms);
  later.chan().recv();
  EXPECT_TRUE(timer.stop());  // nobody has seen it fire
  EXPECT_FALSE(timer.chan().try_recv());
}

TEST_P(TimerTest, ChannelLooksUnbuffered) {
  Timer timer(0ms);
  EXPECT_EQ(timer.chan().cap(), 0u);
  EXPECT_EQ(timer.chan().len(), 0u);
  timer.chan().recv();
}

TEST_P(TimerTest, TickerTicksUntilStopped) {
  Ticker ticker(200us);
  TimePoint last{};
  for (int i = 0; i < 10; ++i) {
    const TimePoint tick = *ticker.chan().recv();
    EXPECT_GT(tick, last);
    last = tick;
  }
  ticker.reset(100us);
  EXPECT_TRUE(ticker.chan().recv());
  ticker.stop();
  EXPECT_FALSE(ticker.chan().try_recv());
  EXPECT_EQ(panic_text([] { Ticker bad(0ms); }), "non-positive interval for NewTicker");
  EXPECT_EQ(panic_text([&] { ticker.reset(-1ms); }), "non-positive interval for Ticker.Reset");
}

TEST_P(TimerTest, AfterFuncRunsInAGoroutineUnlessStopped) {
  auto ran = make_chan<uint64_t>();
  after_func(1ms, [ran] { ran.send(goroutine_id()); });  // dropping the handle does not stop it
  const auto id = ran.recv();
  ASSERT_TRUE(id);
  EXPECT_NE(*id, goroutine_id());

  std::atomic<bool> wrong{false};
  Timer stopped = after_func(1h, [&] { wrong = true; });
  EXPECT_TRUE(stopped.stop());
  EXPECT_FALSE(stopped.chan());
  Timer again = after_func(1h, [ran] { ran.send(2); });
  EXPECT_TRUE(again.reset(0ms));
  EXPECT_EQ(ran.recv(), 2u);
  EXPECT_FALSE(wrong);
}

TEST_P(TimerTest, AfterAsAChannel) {
  EXPECT_TRUE(after(1ms).chan().recv());
  auto c = after(0ms).chan();
  auto never = make_chan<int>();
  EXPECT_EQ(select(recv(never), recv(c)), 1);
}

TEST_P(TimerTest, StopRacingWithFireStress) {
  std::mt19937_64 random(seed());
  WaitGroup wg;
  std::atomic<int> ran{0};
  int stopped = 0;
  constexpr int kTimers = 300;
  for (int i = 0; i < kTimers; ++i) {
    wg.add(1);
    Timer timer = after_func(std::chrono::nanoseconds(random() % 3000), [&] {
      ++ran;
      wg.done();
    });
    if (random() % 2 == 0) yield();
    if (timer.stop()) {
      ++stopped;
      wg.done();
    }
  }
  wg.wait();
  EXPECT_EQ(ran + stopped, kTimers);
}

}  // namespace
}  // namespace gorace
