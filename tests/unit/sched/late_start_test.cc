// Goroutines that wait for their first run behind many others, without a stack of their own: nothing about them may
// tell. The first ones of each crowd have stacks at once (spawn.cc), so each test sees both kinds.
#include <gorace/go.h>
#include <gorace/labels.h>

#include <cfenv>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/stack/stack_pool.h"
#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

constexpr int kCrowd = 1000;

class LateStart : public AtEachProcs {};
GORACE_AT_EACH_PROCS(LateStart);

TEST_P(LateStart, WhoWaitsForItsFirstRunHasNoStack) {
  if (GetParam() != 1) return;  // another processor would run them meanwhile
  const std::optional<size_t> before = stacks_in_use();
  Join all(kCrowd);
  for (int i = 0; i < kCrowd; ++i) go([&] { all.done(); });
  const std::optional<size_t> crowded = stacks_in_use();
  EXPECT_EQ(num_goroutine(), kCrowd + 1u);
  all.wait();
  ASSERT_TRUE(before.has_value());
  if (crowded.has_value()) {  // nothing: main had run for so long that sysmon started another thread
    EXPECT_LT(*crowded - *before, kCrowd / 4u);
  }
}

// The processor's cache of stacks is empty when one of these crowds' last goroutine is to start, and nobody waits behind
// it: main's own turns must not go before it for ever. (They did: on one processor the program hung.)
TEST_P(LateStart, TheLastOfACrowdStartsWhileMainYields) {
  if (GetParam() != 1) return;  // a bound on turns says nothing about other threads
  constexpr int kStacksAtOnce = 64;  // covers every number of stacks that the cache may hold before
  for (int crowd = kCrowd / 10; crowd < kCrowd / 10 + kStacksAtOnce; ++crowd) {
    std::vector<Turn> turns(crowd);
    std::atomic<int> started{0};
    Join all(crowd);
    for (int g = 0; g < crowd; ++g) {
      go([&, g] {
        started.fetch_add(1);
        turns[g].take();
        all.done();
      });
    }
    int64_t turns_of_main = 0;
    wait_until([&] { return started.load() == crowd || ++turns_of_main == INT64_C(10'000'000); });
    const int in_time = started.load();
    for (Turn& turn : turns) turn.give();
    all.wait();
    ASSERT_EQ(in_time, crowd);
  }
}

// Tracked counts how many of it exist. Its move cannot throw.
struct Tracked {
  explicit Tracked(std::atomic<int>* alive) : alive(alive) { alive->fetch_add(1); }
  Tracked(Tracked&& other) noexcept : alive(other.alive) { alive->fetch_add(1); }
  ~Tracked() { alive->fetch_sub(1); }
  std::atomic<int>* alive;
};

TEST_P(LateStart, ArgumentsArriveAndAreDestroyed) {
  std::atomic<int> alive{0};
  std::atomic<int64_t> sum{0};
  Join all(kCrowd);
  for (int i = 0; i < kCrowd; ++i) {
    go(
        [&](std::unique_ptr<int> value, const Tracked&) {
          sum.fetch_add(*value);
          all.done();
        },
        std::make_unique<int>(i), Tracked(&alive));
  }
  all.wait();
  EXPECT_EQ(sum.load(), kCrowd * (kCrowd - 1) / 2);
  wait_until([] { return num_goroutine() == 1; });
  EXPECT_EQ(alive.load(), 0);
}

TEST_P(LateStart, BigClosuresAndThoseThatCannotBeMovedRunToo) {
  struct Immovable {
    Immovable() = default;
    Immovable(const Immovable&) noexcept(false) {}
    int value = 3;
  };
  struct Big {
    char bytes[300] = {};
  };
  std::atomic<int> sum{0};
  Join all(2 * kCrowd);
  const Immovable immovable;
  Big big;
  big.bytes[299] = 4;
  for (int i = 0; i < kCrowd; ++i) {
    go(
        [&](const Immovable& own) {
          sum.fetch_add(own.value);
          all.done();
        },
        immovable);
    go([&, big] {
      sum.fetch_add(big.bytes[299]);
      all.done();
    });
  }
  all.wait();
  EXPECT_EQ(sum.load(), 7 * kCrowd);
}

TEST_P(LateStart, KeepsIdNameCreatorAndLabels) {
  std::vector<uint64_t> ids(kCrowd);
  std::atomic<int> wrong{0};
  Join all(kCrowd);
  with_labels({{"crowd", "late"}}, [&] {
    for (int i = 0; i < kCrowd; ++i) {
      go({.name = i % 2 == 0 ? "even" : nullptr}, [&, i] {
        const runtime::G* self = runtime::current_g();
        if (strcmp(self->name, i % 2 == 0 ? "even" : "") != 0) wrong.fetch_add(1);
        if (self->creator_id != 1 || self->creation_pc_count == 0) wrong.fetch_add(1);
        if (self->labels.load() == nullptr) wrong.fetch_add(1);
        ids[static_cast<size_t>(i)] = goroutine_id();
        all.done();
      });
    }
  });
  all.wait();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(std::set<uint64_t>(ids.begin(), ids.end()).size(), ids.size());
}

TEST_P(LateStart, StartsWithItsCreatorsRoundingMode) {
  std::atomic<int> wrong{0};
  Join all(kCrowd);
  fesetround(FE_UPWARD);
  for (int i = 0; i < kCrowd; ++i) {
    go([&] {
      if (fegetround() != FE_UPWARD) wrong.fetch_add(1);
      all.done();
    });
  }
  fesetround(FE_TONEAREST);
  all.wait();
  EXPECT_EQ(wrong.load(), 0);
}

struct ThrowsOnCopy {
  ThrowsOnCopy() = default;
  ThrowsOnCopy(const ThrowsOnCopy&) { throw std::string("no copy"); }
  ThrowsOnCopy(ThrowsOnCopy&&) noexcept {}
  void operator()() const {}
};

TEST_P(LateStart, ThrowingCopyStartsNothing) {
  Turn turns[100];
  Join all(100);
  for (Turn& turn : turns) {
    go([&] {
      turn.take();
      all.done();
    });
  }
  ThrowsOnCopy function;
  EXPECT_THROW(go(function), std::string);
  EXPECT_EQ(num_goroutine(), 101u);
  for (Turn& turn : turns) turn.give();
  all.wait();
}

TEST_P(LateStart, IsListedOnceWithAFrame) {
  Turn turns[200];
  Join all(200);
  for (Turn& turn : turns) {
    go({.name = "listed"}, [&] {
      turn.take();
      all.done();
    });
  }
  struct Lists {
    std::vector<uint64_t> ids;
    std::vector<int> frames;
  } lists;
  lists.ids.reserve(1000);  // no allocation while the world is stopped
  lists.frames.reserve(1000);
  runtime::for_each_goroutine(
      [](runtime::G* g, void* argument) {
        if (strcmp(g->name, "listed") != 0) return;
        auto* lists = static_cast<Lists*>(argument);
        uintptr_t pcs[8];
        lists->ids.push_back(g->id);
        lists->frames.push_back(runtime::capture_stack(g, pcs, 8));
      },
      &lists, /*stop_the_world=*/true);
  EXPECT_EQ(lists.ids.size(), 200u);
  EXPECT_EQ(std::set<uint64_t>(lists.ids.begin(), lists.ids.end()).size(), 200u);
  for (const int count : lists.frames) EXPECT_GE(count, 1);
  for (Turn& turn : turns) turn.give();
  all.wait();
}

TEST_P(LateStart, CrowdsOfCrowds) {
  std::atomic<int> ran{0};
  constexpr int kOuter = 200;
  constexpr int kInner = 300;
  Join all(kOuter * kInner);
  for (int i = 0; i < kOuter; ++i) {
    go([&] {
      for (int j = 0; j < kInner; ++j) {
        go([&, j] {
          if (j % 7 == 0) yield();
          ran.fetch_add(1, std::memory_order_relaxed);
          all.done();
        });
      }
    });
  }
  all.wait();
  EXPECT_EQ(ran.load(), kOuter * kInner);
}

// What is promised to goroutines that wait stays there; the others get new memory.
TEST(StackReservation, IsKept) {
  runtime::stack_release(runtime::stack_acquire(runtime::kDefaultStackBytes));  // there is memory for some
  runtime::release_idle_stacks(/*release_all=*/true);                           // nothing is left for sysmon to move
  int reserved = 0;
  for (const int step : {64, 1}) {
    while (runtime::stack_reserve(step)) reserved += step;
  }
  ASSERT_GT(reserved, 0);
  runtime::G* stack = nullptr;
  EXPECT_EQ(runtime::stack_acquire_batch(&stack, 1), 0);
  bool last = false;
  ASSERT_EQ(runtime::stack_acquire_reserved(&stack, 1, &last), 1);
  EXPECT_TRUE(last);
  --reserved;
  runtime::G* other = runtime::stack_acquire(runtime::kDefaultStackBytes);
  ASSERT_NE(other, nullptr);
  EXPECT_NE(other, stack);
  EXPECT_TRUE(runtime::stack_reserve(1));  // in the new memory
  runtime::stack_unreserve(reserved + 1);
  runtime::stack_release(stack);
  runtime::stack_release(other);
}

}  // namespace
}  // namespace gorace::testing
