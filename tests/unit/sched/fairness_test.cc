// Goroutines that ready each other, or only yield, must not hold up the others. Counted in turns, on one processor:
// nothing here depends on time.
#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

class Fairness : public AtEachProcs {};
INSTANTIATE_TEST_SUITE_P(OneProcessor, Fairness, ::testing::Values(1));

constexpr int kOthers = 100;
constexpr int kTurns = 10;
// A pass over the queue costs the pair one time slice, about 30 rounds; passes are short of goroutines while main's
// thread comes and goes, so 300 to 1,400 were seen. Without an end to the slice a single turn of a single goroutine costs
// as much: 30,000 rounds.
constexpr long kMostRounds = 5000;

// Pair: two parties that ready each other until told to stop.
struct Pair {
  Turn there, back;
  std::atomic<bool> stop{false};
  std::atomic<long> rounds{0};

  void ping() {
    while (!stop.load()) {
      ++rounds;
      there.give();
      back.take();
    }
    there.give();
  }
  void pong() {
    do {
      there.take();
      back.give();
    } while (!stop.load());
  }
};

// start_others starts goroutines that need kTurns turns each and then stop the pair.
void start_others(Pair& pair, std::atomic<int>& left, Join& all) {
  for (int i = 0; i < kOthers; ++i) {
    go([&] {
      for (int turn = 0; turn < kTurns; ++turn) yield();
      if (left.fetch_sub(1) == 1) pair.stop.store(true);
      all.done();
    });
  }
}

TEST_P(Fairness, APairThatHandsOverToEachOtherSharesWithTheQueue) {
  Pair pair;
  std::atomic<int> left{kOthers};
  Join all(kOthers + 2);
  start_others(pair, left, all);
  go([&] {
    pair.ping();
    all.done();
  });
  go([&] {
    pair.pong();
    all.done();
  });
  all.wait();
  EXPECT_LT(pair.rounds, kMostRounds);
}

// Main waits for its thread outside the queue.
TEST_P(Fairness, MainInAPairSharesWithTheQueue) {
  Pair pair;
  std::atomic<int> left{kOthers};
  Join all(kOthers + 1);
  start_others(pair, left, all);
  go([&] {
    pair.pong();
    all.done();
  });
  pair.ping();
  all.wait();
  EXPECT_LT(pair.rounds, kMostRounds);
}

// Three parties: the slice ends at another one each time only if its length shares no factor with the ring's.
TEST_P(Fairness, ARingOfThreeSharesWithTheQueue) {
  Turn turns[3];
  std::atomic<bool> stop{false};
  std::atomic<int> left{kOthers};
  long rounds = 0;
  Join all(kOthers + 2);
  for (int i = 0; i < kOthers; ++i) {
    go([&] {
      for (int turn = 0; turn < kTurns; ++turn) yield();
      if (left.fetch_sub(1) == 1) stop.store(true);
      all.done();
    });
  }
  for (int i = 1; i < 3; ++i) {
    go([&, i] {
      do {
        turns[i].take();
        turns[(i + 1) % 3].give();
      } while (!stop.load());
      all.done();
    });
  }
  while (!stop.load()) {
    ++rounds;
    turns[1].give();
    turns[0].take();
  }
  turns[1].give();
  turns[2].give();
  all.wait();
  EXPECT_LT(rounds, kMostRounds);
}

// What comes from other threads is in the global queue.
TEST_P(Fairness, YieldingDoesNotHoldUpTheGlobalQueue) {
  constexpr int kCount = 2000;
  constexpr long kMostYields = 20 * kCount;  // one in 61 turns for the global queue would make it 61 * kCount
  std::atomic<int> ran{0};
  std::thread([&] {
    for (int i = 0; i < kCount; ++i) {
      go([&] { ran.fetch_add(1); });
    }
  }).join();
  Join both(2);
  std::atomic<long> yields{0};
  for (int i = 0; i < 2; ++i) {
    go([&] {
      while (ran.load() != kCount) {
        yields.fetch_add(1);
        yield();
      }
      both.done();
    });
  }
  both.wait();
  EXPECT_LT(yields, kMostYields);
}

// A queue that gets longer with each round: a soak once collected 600,000 goroutines that only had to end.
TEST_P(Fairness, APairDoesNotOutrunWhatItLeavesBehind) {
  constexpr int kRounds = 3000;
  size_t most = 0;
  Join left_behind(kRounds);
  Pair pair;
  Join ended(1);
  go([&] {
    pair.pong();
    ended.done();
  });
  for (int round = 0; round < kRounds; ++round) {
    go([&] { left_behind.done(); });
    for (int i = 0; i < 20; ++i) {
      pair.there.give();
      pair.back.take();
    }
    most = std::max(most, num_goroutine());
  }
  pair.stop.store(true);
  pair.there.give();
  ended.wait();
  left_behind.wait();
  EXPECT_LT(most, 20u);
}

// A processor may be given up between the end of its slice and the look at the global queue, and be held next by a
// goroutine that comes back from blocking(), without the scheduler loop. A soak ended with a pair that ran for minutes.
TEST_P(Fairness, AProcessorThatIsTakenOverAtItsPollStillPolls) {
  blocking([] {
    runtime::g_sched.lock.lock();
    runtime::g_sched.idle_ps->polls_left = 0;
    runtime::g_sched.lock.unlock();
  });
  Pair pair;
  std::atomic<int> left{kOthers};
  Join all(kOthers + 1);
  start_others(pair, left, all);
  go([&] {
    pair.pong();
    all.done();
  });
  std::thread limit([&] {
    while (!pair.stop.load()) {
      if (pair.rounds > 100 * kMostRounds) pair.stop.store(true);
    }
  });
  pair.ping();
  all.wait();
  limit.join();
  EXPECT_LT(pair.rounds, kMostRounds);
}

}  // namespace
}  // namespace gorace::testing
