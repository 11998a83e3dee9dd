// WaitGroup, Once, once_value, Semaphore, Group.
#include <gorace/gorace.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/chan/goroutine_test.h"

namespace gorace {
namespace {

using namespace std::chrono_literals;

class WaitGroupTest : public GoroutineTest {};
GORACE_INSTANTIATE(WaitGroupTest);

TEST_P(WaitGroupTest, WaitsForAll) {
  WaitGroup wg;
  wg.wait();  // nothing to wait for
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> done{0};
    for (int i = 0; i < 50; ++i) wg.go([&] { ++done; });
    wg.wait();
    EXPECT_EQ(done, 50);
  }
}

TEST_P(WaitGroupTest, SeveralMayWait) {
  WaitGroup work;
  WaitGroup waiters;
  work.add(2);
  std::atomic<int> passed{0};
  for (int i = 0; i < 8; ++i) {
    waiters.go([&] {
      work.wait();
      ++passed;
    });
  }
  std::thread foreign([&] {
    work.wait();
    ++passed;
  });
  for (int i = 0; i < 50; ++i) yield();
  EXPECT_EQ(passed, 0);
  work.done();
  work.done();
  waiters.wait();
  foreign.join();
  EXPECT_EQ(passed, 9);
}

TEST_P(WaitGroupTest, MayBeDestroyedWhenWaitReturns) {
  for (int i = 0; i < 500; ++i) {
    auto wg = std::make_unique<WaitGroup>();
    for (int g = 0; g < 2; ++g) {
      wg->add(1);
      go([raw = wg.get()] { raw->done(); });
    }
    wg->wait();
    wg.reset();
  }
}

TEST_P(WaitGroupTest, NegativeCounterPanics) {
  WaitGroup wg;
  EXPECT_EQ(panic_text([&] { wg.done(); }), "sync: negative WaitGroup counter");
  WaitGroup other;
  other.add(2);
  EXPECT_EQ(panic_text([&] { other.add(-3); }), "sync: negative WaitGroup counter");
}

TEST_P(WaitGroupTest, OnceRunsOnceAndAllWaitForIt) {
  Once once;
  std::atomic<int> runs{0};
  std::atomic<bool> complete{false};
  WaitGroup wg;
  for (int i = 0; i < 20; ++i) {
    wg.go([&] {
      once.call([&] {
        ++runs;
        for (int spin = 0; spin < 20; ++spin) yield();
        complete = true;
      });
      EXPECT_TRUE(complete);
    });
  }
  wg.wait();
  EXPECT_EQ(runs, 1);
}

TEST_P(WaitGroupTest, OnceThatThrewHasRun) {
  Once once;
  EXPECT_THROW(once.call([] { throw std::runtime_error("x"); }), std::runtime_error);
  once.call([] { FAIL() << "ran again"; });
}

TEST_P(WaitGroupTest, OnceValueIsSharedByCopies) {
  std::atomic<int> runs{0};
  auto value = once_value([&] {
    ++runs;
    return std::make_unique<int>(5);
  });
  WaitGroup wg;
  for (int i = 0; i < 10; ++i) wg.go([value] { EXPECT_EQ(*value(), 5); });
  wg.wait();
  EXPECT_EQ(runs, 1);
  auto fails = once_value([&]() -> int {
    ++runs;
    throw std::runtime_error("no value");
  });
  for (int i = 0; i < 2; ++i) EXPECT_THROW(fails(), std::runtime_error);
  EXPECT_EQ(runs, 2);
  auto nothing = once_value([&] { ++runs; });
  nothing();
  nothing();
  EXPECT_EQ(runs, 3);
}

TEST_P(WaitGroupTest, SemaphoreLimitsWeight) {
  Semaphore semaphore(10);
  std::atomic<int64_t> held{0};
  WaitGroup wg;
  std::mt19937_64 random(seed());
  for (int g = 0; g < 12; ++g) {
    wg.go([&, n = static_cast<int64_t>(random() % 10 + 1)] {
      for (int i = 0; i < 100; ++i) {
        semaphore.acquire(n);
        EXPECT_LE(held.fetch_add(n) + n, 10);
        if (i % 4 == 0) yield();
        held -= n;
        semaphore.release(n);
      }
    });
  }
  wg.wait();
  EXPECT_TRUE(semaphore.try_acquire(10));
  EXPECT_FALSE(semaphore.try_acquire(1));
  semaphore.release(10);
  EXPECT_EQ(panic_text([&] { semaphore.release(1); }), "semaphore: released more than held");
  EXPECT_EQ(panic_text([&] { semaphore.acquire(-1); }), "semaphore: negative weight");
}

TEST_P(WaitGroupTest, SemaphoreServesInOrder) {
  Semaphore semaphore(2);
  semaphore.acquire(2);
  std::atomic<bool> large{false};
  WaitGroup wg;
  wg.go([&] {
    semaphore.acquire(2);
    large = true;
    semaphore.release(2);
  });
  ASSERT_TRUE(eventually([&] { return !semaphore.try_acquire(0); }));  // it waits
  semaphore.release(1);
  EXPECT_FALSE(semaphore.try_acquire(1));  // kept for the one that waits
  EXPECT_FALSE(large);
  semaphore.release(1);
  wg.wait();
  EXPECT_TRUE(large);
}

TEST_P(WaitGroupTest, SemaphoreGivesUpWithItsContext) {
  Semaphore semaphore(1);
  EXPECT_FALSE(semaphore.acquire(background(), 1));
  auto [ctx, cancel] = with_cancel(background());
  WaitGroup wg;
  for (int i = 0; i < 5; ++i) {
    wg.go([&, ctx = ctx] { EXPECT_EQ(semaphore.acquire(ctx), ContextErrc::kCanceled); });
  }
  wg.go([&, ctx = ctx] { EXPECT_EQ(semaphore.acquire(ctx, 5), ContextErrc::kCanceled); });  // more than there is
  for (int i = 0; i < 50; ++i) yield();
  cancel();
  wg.wait();
  EXPECT_EQ(semaphore.acquire(ctx), ContextErrc::kCanceled);
  semaphore.release();
  EXPECT_TRUE(semaphore.try_acquire());
  semaphore.release();
}

TEST_P(WaitGroupTest, SemaphoreServesThoseBehindOneThatGaveUp) {
  Semaphore semaphore(2);
  semaphore.acquire();
  auto [ctx, cancel] = with_cancel(background());
  WaitGroup wg;
  wg.go([&, ctx = ctx] { EXPECT_EQ(semaphore.acquire(ctx, 2), ContextErrc::kCanceled); });
  ASSERT_TRUE(eventually([&] { return !semaphore.try_acquire(0); }));  // it waits
  wg.go([&] { semaphore.acquire(); });
  for (int i = 0; i < 50; ++i) yield();
  cancel();
  wg.wait();
  semaphore.release(2);
}

TEST_P(WaitGroupTest, SemaphoreCancelRacingWithReleaseStress) {
  std::mt19937_64 random(seed());
  Semaphore semaphore(1);
  for (int round = 0; round < 200; ++round) {
    semaphore.acquire();
    auto [ctx, cancel] = with_cancel(background());
    WaitGroup wg;
    std::atomic<int> granted{0};
    for (int i = 0; i < 3; ++i) {
      wg.go([&, ctx = ctx] {
        if (semaphore.acquire(ctx)) return;
        ++granted;
        semaphore.release();
      });
    }
    for (uint64_t i = random() % 8; i > 0; --i) yield();
    wg.go([&] { semaphore.release(); });
    for (uint64_t i = random() % 4; i > 0; --i) yield();
    cancel();
    wg.wait();
    ASSERT_TRUE(semaphore.try_acquire()) << "a permit was lost, round " << round;
    semaphore.release();
  }
}

TEST_P(WaitGroupTest, GroupRethrowsTheFirstExceptionAndCancels) {
  Group group(background());
  const Context ctx = group.context();
  for (int i = 0; i < 4; ++i) {
    group.go([ctx] { ctx.done().recv(); });
  }
  group.go([] { throw std::runtime_error("first"); });
  try {
    group.wait();
    FAIL() << "nothing thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "first");
  }
  EXPECT_EQ(ctx.err(), ContextErrc::kCanceled);
  EXPECT_THROW(std::rethrow_exception(ctx.cause()), std::runtime_error);
}

TEST_P(WaitGroupTest, GroupReturnsTheFirstErrorCode) {
  Group group;
  group.go([]() -> std::error_code { return {}; });
  group.go([] { return std::make_error_code(std::errc::timed_out); });
  EXPECT_EQ(group.wait(), std::errc::timed_out);
  Group clean(background());
  clean.go([] {});
  EXPECT_FALSE(clean.wait());
  EXPECT_EQ(clean.context().err(), ContextErrc::kCanceled);  // over is over
}

TEST_P(WaitGroupTest, GroupLimit) {
  Group group;
  group.set_limit(2);
  std::atomic<int> active{0};
  for (int i = 0; i < 30; ++i) {
    group.go([&] {
      EXPECT_LE(++active, 2);
      yield();
      --active;
    });
  }
  group.wait();
  auto hold = make_chan<Unit>();
  group.go([hold] { hold.recv(); });
  group.go([hold] { hold.recv(); });
  EXPECT_FALSE(group.try_go([] {}));
  EXPECT_EQ(panic_text([&] { group.set_limit(3); }),
            "errgroup: modify limit while 2 goroutines in the group are still active");
  hold.close();
  group.wait();
  EXPECT_TRUE(group.try_go([] {}));
  group.wait();
  group.set_limit(-1);
  EXPECT_TRUE(group.try_go([] {}));
}

TEST_P(WaitGroupTest, GroupWaitsInItsDestructor) {
  std::atomic<int> done{0};
  {
    Group group;
    for (int i = 0; i < 10; ++i) {
      group.go([&] {
        yield();
        ++done;
      });
    }
  }
  EXPECT_EQ(done, 10);
}

TEST_P(WaitGroupTest, GoexitInAGroupIsNoFailure) {
  Group group;
  group.go([] { goexit(); });
  EXPECT_FALSE(group.wait());
}

}  // namespace
}  // namespace gorace
