#include <gorace/go.h>

#include <cerrno>
#include <cfenv>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

class Park : public AtEachProcs {};
GORACE_AT_EACH_PROCS(Park);

TEST_P(Park, PingPongBetweenGoroutines) {
  constexpr int kRounds = 20'000;
  Turn there;
  Turn back;
  Join both(2);
  int value = 0;  // unsynchronised but for the hand-over
  go([&] {
    for (int i = 0; i < kRounds; ++i) {
      there.take();
      ++value;
      back.give();
    }
    both.done();
  });
  go([&] {
    for (int i = 0; i < kRounds; ++i) {
      ++value;
      there.give();
      back.take();
    }
    both.done();
  });
  both.wait();
  EXPECT_EQ(value, 2 * kRounds);
}

TEST_P(Park, PingPongWithMain) {
  constexpr int kRounds = 20'000;
  Turn there;
  Turn back;
  Join one(1);
  int value = 0;
  go([&] {
    for (int i = 0; i < kRounds; ++i) {
      there.take();
      ++value;
      back.give();
    }
    one.done();
  });
  for (int i = 0; i < kRounds; ++i) {
    ++value;
    there.give();
    back.take();
  }
  one.wait();
  EXPECT_EQ(value, 2 * kRounds);
}

TEST_P(Park, MainStaysOnItsThread) {
  const std::thread::id main_thread = std::this_thread::get_id();
  for (int i = 0; i < 1000; ++i) {
    Join some(4);
    for (int g = 0; g < 4; ++g) {
      go([&] {
        yield();
        some.done();
      });
    }
    some.wait();
    ASSERT_EQ(std::this_thread::get_id(), main_thread);
    yield();
    ASSERT_EQ(std::this_thread::get_id(), main_thread);
  }
}

TEST_P(Park, RingPassesATokenRound) {
  constexpr int kMembers = 100;
  constexpr int kRounds = 200;
  std::vector<Turn> turns(kMembers);
  Join all(kMembers);
  int token = 0;
  for (int m = 0; m < kMembers; ++m) {
    go([&, m] {
      for (int round = 0; round < kRounds; ++round) {
        turns[m].take();
        ++token;
        turns[(m + 1) % kMembers].give();
      }
      all.done();
    });
  }
  turns[0].give();
  all.wait();
  EXPECT_EQ(token, kMembers * kRounds);
}

// The two sides of a hand-over always run next: without turns for the rest of the queue, the third goroutine never
// would.
TEST_P(Park, HandOverPairDoesNotStarveOthers) {
  std::atomic<bool> stop{false};
  bool last = false;
  Turn there;
  Turn back;
  Join three(3);
  go([&] {
    for (;;) {
      there.take();
      if (last) break;
      back.give();
    }
    three.done();
  });
  go([&] {
    while (!stop.load()) {
      there.give();
      back.take();
    }
    last = true;
    there.give();
    three.done();
  });
  go([&] {
    for (int i = 0; i < 100; ++i) yield();
    stop.store(true);
    three.done();
  });
  three.wait();
}

TEST_P(Park, YieldLetsEachGoroutineRun) {
  constexpr int kGoroutines = 10;
  constexpr int kYields = 1000;
  std::atomic<int> counts[kGoroutines] = {};
  Join all(kGoroutines);
  std::atomic<int> started{0};
  for (int g = 0; g < kGoroutines; ++g) {
    go([&, g] {
      started.fetch_add(1);
      while (started.load() < kGoroutines) yield();
      for (int i = 0; i < kYields; ++i) {
        counts[g].fetch_add(1);
        yield();
      }
      all.done();
    });
  }
  all.wait();
  for (const auto& count : counts) EXPECT_EQ(count.load(), kYields);
}

TEST_P(Park, SpinningWithYieldReachesTheOther) {
  std::atomic<bool> flag{false};
  go([&] { flag.store(true); });
  wait_until([&] { return flag.load(); });
}

// Not inlined: the compiler takes errno's address once a function (it is declared constant), and after a switch that is
// another thread's.
[[gnu::noinline]] void set_errno(int value) { errno = value; }
[[gnu::noinline]] int get_errno() { return errno; }

TEST_P(Park, ErrnoBelongsToTheGoroutine) {
  constexpr int kGoroutines = 20;
  Join all(kGoroutines);
  std::atomic<int> wrong{0};
  for (int g = 0; g < kGoroutines; ++g) {
    go([&, g] {
      EXPECT_EQ(get_errno(), 0);
      for (int i = 0; i < 200; ++i) {
        set_errno(1000 + g);
        yield();
        if (get_errno() != 1000 + g) wrong.fetch_add(1);
      }
      all.done();
    });
  }
  all.wait();
  EXPECT_EQ(wrong.load(), 0);
}

TEST_P(Park, RoundingModeBelongsToTheGoroutine) {
  Join two(2);
  std::atomic<int> wrong{0};
  for (const int mode : {FE_UPWARD, FE_DOWNWARD}) {
    go([&, mode] {
      fesetround(mode);
      for (int i = 0; i < 200; ++i) {
        yield();
        if (fegetround() != mode) wrong.fetch_add(1);
      }
      two.done();
    });
  }
  two.wait();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(fegetround(), FE_TONEAREST);
}

// Nested handlers with switches and migrations in between: the thread's exception globals must travel with the
// goroutine.
void throw_and_catch(int depth, std::atomic<int>* wrong) {
  try {
    throw std::runtime_error(std::to_string(depth));
  } catch (const std::exception& outer) {
    yield();
    if (depth > 0) throw_and_catch(depth - 1, wrong);
    yield();
    try {
      yield();
      throw;
    } catch (const std::exception& again) {
      yield();
      if (again.what() != std::to_string(depth)) wrong->fetch_add(1);
    }
    if (outer.what() != std::to_string(depth)) wrong->fetch_add(1);
  }
  if (std::uncaught_exceptions() != 0) wrong->fetch_add(1);
}

TEST_P(Park, ExceptionsSurviveSwitchesAndMigrations) {
  constexpr int kGoroutines = 50;
  Join all(kGoroutines);
  std::atomic<int> wrong{0};
  for (int g = 0; g < kGoroutines; ++g) {
    go([&] {
      for (int i = 0; i < 10; ++i) throw_and_catch(5, &wrong);
      all.done();
    });
  }
  all.wait();
  EXPECT_EQ(wrong.load(), 0);
}

struct YieldsInDestructor {
  std::atomic<int>* wrong;
  ~YieldsInDestructor() {
    const int before = std::uncaught_exceptions();
    yield();
    if (std::uncaught_exceptions() != before) wrong->fetch_add(1);
  }
};

TEST_P(Park, UnwindingMaySwitch) {
  constexpr int kGoroutines = 50;
  Join all(kGoroutines);
  std::atomic<int> wrong{0};
  for (int g = 0; g < kGoroutines; ++g) {
    go([&] {
      for (int i = 0; i < 20; ++i) {
        try {
          YieldsInDestructor guard{&wrong};
          if (i % 2 == 0) throw i;
        } catch (int) {
        }
      }
      all.done();
    });
  }
  all.wait();
  EXPECT_EQ(wrong.load(), 0);
}

TEST_P(Park, StatusAndReasonWhileWaiting) {
  Turn turn;
  Join one(1);
  std::atomic<runtime::G*> waiter{nullptr};
  go([&] {
    waiter.store(runtime::current_g());
    turn.take();
    one.done();
  });
  wait_until([&] { return waiter.load() != nullptr && waiter.load()->status.load() == runtime::GStatus::kWaiting; });
  EXPECT_EQ(waiter.load()->wait_reason.load(), runtime::WaitReason::kSemacquire);
  EXPECT_EQ(waiter.load()->wait_object.load(), &turn);
  turn.give();
  one.wait();
}

}  // namespace
}  // namespace gorace::testing
