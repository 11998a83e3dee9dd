// The explorer itself: it must find what is broken on purpose, and say how to see it again.
#include <gtest/gtest.h>

#include "runtime/base/spin_lock.h"
#include "runtime/sched/run_queue.h"

namespace gorace::model {
namespace {

struct Flags {
  std::atomic<int> x{0}, y{0};
  int saw_x = -1, saw_y = -1;
};
Flags* g_flags;

// Dekker's pattern: each side writes its flag, then reads the other's. With `fences` one must see the other.
void dekker(bool fences) {
  delete std::exchange(g_flags, new Flags);
  thread([=] {
    g_flags->x.store(1, std::memory_order_relaxed);
    if (fences) std::atomic_thread_fence(std::memory_order_seq_cst);
    g_flags->saw_y = g_flags->y.load(std::memory_order_relaxed);
  });
  thread([=] {
    g_flags->y.store(1, std::memory_order_relaxed);
    if (fences) std::atomic_thread_fence(std::memory_order_seq_cst);
    g_flags->saw_x = g_flags->x.load(std::memory_order_relaxed);
  });
  at_end([] {
    if (g_flags->saw_x == 0 && g_flags->saw_y == 0) fail("neither saw the other");
  });
}

Options with_store_buffers() {
  Options options;
  options.preemptions = 4;
  options.store_buffers = true;
  return options;
}

TEST(Explorer, FindsAMissingFence) {
  const Outcome outcome = explore(with_store_buffers(), [] { dekker(false); });
  EXPECT_EQ(outcome.failure, "neither saw the other");
}

TEST(Explorer, AcceptsTheFence) {
  const Outcome outcome = explore(with_store_buffers(), [] { dekker(true); });
  EXPECT_EQ(outcome.failure, "");
  EXPECT_TRUE(outcome.complete);
}

TEST(Explorer, NeedsStoreBuffersForThat) {
  const Outcome outcome = explore(Options{}, [] { dekker(false); });
  EXPECT_EQ(outcome.failure, "");
  EXPECT_TRUE(outcome.complete);
}

TEST(Explorer, ReplaysAFailure) {
  const Outcome found = explore(with_store_buffers(), [] { dekker(false); });
  Options replay = with_store_buffers();
  replay.replay = found.schedule;
  const Outcome again = explore(replay, [] { dekker(false); });
  EXPECT_EQ(again.executions, 1u);
  EXPECT_EQ(again.failure, found.failure);
  EXPECT_EQ(again.schedule, found.schedule);
}

// Three threads of two independent steps each have 90 interleavings, all alike.
TEST(Explorer, RunsIndependentStepsOnce) {
  static std::atomic<int> cells[3];
  const Outcome outcome = explore(Options{}, [] {
    for (auto& cell : cells) {
      thread([&cell] {
        cell.fetch_add(1);
        cell.fetch_add(1);
      });
    }
  });
  EXPECT_TRUE(outcome.complete);
  EXPECT_LT(outcome.executions, 20u);
}

// Two threads that load and store the same cell: an increment may be lost. Both ways of walking must find it.
void lost_increment() {
  static std::atomic<int>* cell;
  delete cell;
  cell = new std::atomic<int>(0);
  for (int i = 0; i < 2; ++i) {
    thread([] { cell->store(cell->load() + 1); });
  }
  at_end([] {
    if (cell->raw() != 2) fail("an increment is lost");
  });
}

TEST(Explorer, FindsALostIncrement) {
  EXPECT_EQ(explore(Options{}, lost_increment).failure, "an increment is lost");
  Options bounded;
  bounded.preemptions = 1;
  EXPECT_EQ(explore(bounded, lost_increment).failure, "an increment is lost");
}

TEST(Explorer, NamesALostWakeUp) {
  static int flag;
  const Outcome outcome = explore(Options{}, [] {
    thread([] {
      step(&flag, Access::kLoad);
      block_on(&flag);
    });
    thread([] {
      step(&flag, Access::kUpdate);
      wake_all(&flag);
    });
  });
  EXPECT_EQ(outcome.failure, "lost wake-up or deadlock: nothing can wake the threads 0");
}

// --- RunQueue: the real one, and one with its check taken out. ---

using runtime::G;
using runtime::RunQueue;

struct QueueCase {
  RunQueue mine, thief;
  G goroutines[4];
  int taken[4] = {};
  void take(const G* g) {
    if (g != nullptr && taken[g - goroutines]++ != 0) fail("a goroutine was taken twice");
  }
};
QueueCase* g_case;

void drain(RunQueue& queue) {
  while (G* g = queue.pop()) g_case->take(g);
  g_case->take(queue.take_next());
}

void all_taken_once() {
  at_end([] {
    drain(g_case->mine);
    drain(g_case->thief);
    for (int count : g_case->taken) {
      if (count != 1) fail("a goroutine was lost");
    }
  });
}

void owner_against_thief(bool overflow) {
  delete std::exchange(g_case, new QueueCase);
  g_case->mine.push(&g_case->goroutines[0]);
  g_case->mine.push(&g_case->goroutines[1]);
  thread([overflow] {
    g_case->mine.push(&g_case->goroutines[2]);
    if (overflow) {
      G* batch[RunQueue::kCapacity / 2];
      const uint32_t count = g_case->mine.take_half(batch);
      for (uint32_t i = 0; i < count; ++i) g_case->take(batch[i]);
    }
    g_case->take(g_case->mine.pop());
    g_case->mine.push(&g_case->goroutines[3]);
  });
  thread([] {
    uint32_t stolen = 0;
    g_case->take(g_case->mine.steal_half(g_case->thief, &stolen));
  });
  all_taken_once();
}

void expect_clean(const Options& options, const std::function<void()>& scenario) {
  const Outcome outcome = explore(options, scenario);
  EXPECT_EQ(outcome.failure, "") << "replay: " << outcome.schedule;
  EXPECT_TRUE(outcome.complete) << outcome.executions;
}

TEST(RunQueueModel, PopAndStealTakeEachOnce) {
  expect_clean(Options{}, [] { owner_against_thief(false); });
}

TEST(RunQueueModel, OverflowAndStealTakeEachOnce) {
  expect_clean(Options{}, [] { owner_against_thief(true); });
}

TEST(RunQueueModel, TwoThieves) {
  Options options;
  options.preemptions = 3;
  expect_clean(options, [] {
    owner_against_thief(false);
    static RunQueue* other;
    delete other;
    other = new RunQueue;
    thread([] {
      uint32_t stolen = 0;
      g_case->take(g_case->mine.steal_half(*other, &stolen));
    });
    at_end([] {
      drain(g_case->mine);
      drain(g_case->thief);
      drain(*other);
      for (int count : g_case->taken) {
        if (count != 1) fail("a goroutine was lost");
      }
    });
  });
}

TEST(RunQueueModel, NextSlotGoesToOne) {
  expect_clean(Options{}, [] {
    delete std::exchange(g_case, new QueueCase);
    g_case->mine.set_next(&g_case->goroutines[0]);
    thread([] {
      for (int i = 1; i < 4; ++i) g_case->take(g_case->mine.set_next(&g_case->goroutines[i]));
      g_case->take(g_case->mine.take_next());
    });
    thread([] {
      G* g = g_case->mine.peek_next();
      if (g != nullptr && g_case->mine.take_next_if(g)) g_case->take(g);
    });
    all_taken_once();
  });
}

// A thief that does not swap the head but stores it: what the swap in steal_half is for.
TEST(RunQueueModel, FindsAThiefThatDoesNotSwap) {
  static std::atomic<uint32_t>* head;
  static int taken[2];
  const auto take = [] {
    const uint32_t mine = head->load(std::memory_order_acquire);
    if (mine == 2) return;
    head->store(mine + 1, std::memory_order_release);
    if (taken[mine]++ != 0) fail("a goroutine was taken twice");
  };
  const Outcome outcome = explore(Options{}, [&] {
    delete std::exchange(head, new std::atomic<uint32_t>(0));
    taken[0] = taken[1] = 0;
    thread(take);
    thread(take);
  });
  EXPECT_EQ(outcome.failure, "a goroutine was taken twice");
}

}  // namespace
}  // namespace gorace::model
