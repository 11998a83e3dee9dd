#include "detector/syncvar/sync_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "detector/context/fence_all.h"

namespace gorace::detector {
namespace {

// The states of threads, and with them the threads' numbers, are used again only now and then: each test makes a few.
class SyncLockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_fence_all_threads()) GTEST_SKIP() << "no membarrier(2): locks are never owned";
  }
  static void take(SyncLock& lock, uint32_t times) {
    for (uint32_t i = 0; i < times; ++i) {
      lock.lock();
      lock.unlock();
    }
  }
};

TEST_F(SyncLockTest, IsOwnedAfterManyUsesByOneThread) {
  SyncLock lock;
  take(lock, 2);
  EXPECT_FALSE(lock.is_owned());
  take(lock, SyncLock::kPatience);
  EXPECT_TRUE(lock.is_owned());
  EXPECT_FALSE(lock.is_held());
  lock.lock();
  EXPECT_TRUE(lock.is_held());
  EXPECT_TRUE(in_detector());
  lock.unlock();
  EXPECT_FALSE(lock.is_held());
  EXPECT_FALSE(in_detector());
}

TEST_F(SyncLockTest, AnotherThreadTakesItAway) {
  SyncLock lock;
  take(lock, SyncLock::kPatience + 2);
  ASSERT_TRUE(lock.is_owned());
  std::thread([&] {
    EXPECT_FALSE(lock.is_held());
    lock.lock();
    EXPECT_TRUE(lock.is_held());
    lock.unlock();
  }).join();
  EXPECT_FALSE(lock.is_owned());
  take(lock, 1);
  EXPECT_FALSE(lock.is_owned());
}

TEST_F(SyncLockTest, ThreadsThatTakeTurnsNeverOwnIt) {
  SyncLock lock;
  std::atomic<int> turn{0};
  const auto play = [&](int me) {
    for (uint32_t i = 0; i < 2 * SyncLock::kPatience; ++i) {
      while (turn.load() != me) std::this_thread::yield();
      take(lock, 1);
      EXPECT_FALSE(lock.is_owned());
      turn.store(1 - me);
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
}

// Two that a thread owns, one within the other: the thread tells others of one of them only.
TEST_F(SyncLockTest, IsTakenWithinAnother) {
  SyncLock outer;
  SyncLock inner;
  take(outer, 2 * SyncLock::kPatience);
  take(inner, 2 * SyncLock::kPatience);
  outer.lock();
  inner.lock();
  std::atomic<bool> has_outer{false};
  std::thread other([&] {
    outer.lock();
    has_outer.store(true);
    outer.unlock();
  });
  EXPECT_TRUE(inner.is_held());
  inner.unlock();
  EXPECT_FALSE(inner.is_held());
  EXPECT_TRUE(outer.is_held());
  EXPECT_FALSE(has_outer.load());
  outer.unlock();
  other.join();
  EXPECT_TRUE(has_outer.load());
}

// Whoever sees the owner's value must see the lock held until the owner is through, whether the lock is taken away
// meanwhile or not: what knows_released_value relies on.
TEST_F(SyncLockTest, AValueStoredUnderItIsSeenWithTheLockHeldUntilItsClockIsThere) {
  SyncLock lock;
  std::atomic<uint32_t> value{0};
  std::atomic<uint32_t> clock{0};  // follows the value, under the lock
  std::atomic<bool> stop{false};
  std::atomic<uint32_t> wrong{0};
  std::thread watcher([&] {
    while (!stop.load()) {
      const uint32_t seen = value.load();
      if (!lock.is_held() && clock.load(std::memory_order_relaxed) < seen) wrong.fetch_add(1);
    }
  });
  std::thread thief([&] {
    while (!stop.load()) {
      take(lock, 1);
      std::this_thread::yield();
    }
  });
  for (uint32_t i = 1; i <= 50 * SyncLock::kPatience; ++i) {
    lock.lock();
    value.fetch_add(1);
    clock.store(i, std::memory_order_relaxed);
    lock.unlock();
  }
  stop.store(true);
  watcher.join();
  thief.join();
  EXPECT_EQ(wrong.load(), 0u);
}

// Under ThreadSanitizer this also says that each holder is ordered after the last one.
TEST_F(SyncLockTest, ExcludesThoseWhoOwnItByTurns) {
  constexpr int kThreads = 3;
  constexpr uint32_t kBursts = 20;
  SyncLock lock;
  long counter = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (uint32_t burst = 0; burst < kBursts; ++burst) {
        for (uint32_t use = 0; use < 2 * SyncLock::kPatience; ++use) {
          lock.lock();
          ++counter;
          lock.unlock();
        }
        std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter, long{kThreads} * kBursts * 2 * SyncLock::kPatience);
}

}  // namespace
}  // namespace gorace::detector
