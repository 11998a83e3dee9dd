// Mutex, RWMutex, Cond: Go's semantics (compare Go's sync/mutex_test.go, rwmutex_test.go, cond_test.go).
#include <gorace/gorace.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "tests/unit/chan/goroutine_test.h"

namespace gorace {
namespace {

using namespace std::chrono_literals;

class MutexTest : public GoroutineTest {};
GORACE_INSTANTIATE(MutexTest);

static_assert(sizeof(Mutex) == 16 && sizeof(RWMutex) == 48 && sizeof(WaitGroup) == 16 && sizeof(Once) == 24 &&
              sizeof(Cond) == 32);
static_assert(std::is_trivially_destructible_v<Mutex> && std::is_trivially_destructible_v<RWMutex> &&
              std::is_trivially_destructible_v<Once> && std::is_trivially_destructible_v<Cond>);
TEST(ConstantInitialisationTest, StaticObjectsNeedNoConstructor) {
  static constinit Mutex mutex;
  static constinit RWMutex rw_mutex;
  static constinit WaitGroup wait_group;
  static constinit Once once;
  static constinit Cond cond;
  static constinit Semaphore semaphore(3);
  EXPECT_TRUE(mutex.try_lock());
  EXPECT_TRUE(rw_mutex.try_lock());
  wait_group.wait();
  once.call([] {});
  cond.broadcast();
  EXPECT_TRUE(semaphore.try_acquire(3));
}

TEST_P(MutexTest, OneAtATime) {
  for (int rounds = 0; rounds < 3; ++rounds) {
    Mutex mutex;
    int64_t counter = 0;
    WaitGroup wg;
    for (int g = 0; g < 10; ++g) {
      wg.go([&] {
        for (int i = 0; i < 1000; ++i) {
          std::lock_guard lock(mutex);
          const int64_t read = counter;
          if (i % 64 == 0) yield();
          counter = read + 1;
        }
      });
    }
    wg.wait();
    EXPECT_EQ(counter, 10'000);
  }
}

TEST_P(MutexTest, TryLockNeverWaits) {
  Mutex mutex;
  EXPECT_TRUE(mutex.try_lock());
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock();
  EXPECT_TRUE(mutex.try_lock());
  mutex.unlock();
}

TEST_P(MutexTest, AnotherGoroutineMayUnlock) {
  Mutex mutex;
  mutex.lock();
  go([&] { mutex.unlock(); });
  mutex.lock();
  mutex.unlock();
}

TEST_P(MutexTest, ForeignThreadsAndGoroutinesShareOne) {
  Mutex mutex;
  int64_t counter = 0;
  const auto work = [&] {
    for (int i = 0; i < 2000; ++i) {
      std::lock_guard lock(mutex);
      ++counter;
    }
  };
  std::thread first(work);
  std::thread second(work);
  WaitGroup wg;
  for (int g = 0; g < 4; ++g) wg.go(work);
  wg.wait();
  first.join();
  second.join();
  EXPECT_EQ(counter, 12'000);
}

// A goroutine that takes the mutex again at once must not keep a waiter out for long: starvation mode hands over (Go's
// TestMutexFairness).
TEST_P(MutexTest, WaiterIsNotStarved) {
  Mutex mutex;
  std::atomic<bool> stop{false};
  WaitGroup wg;
  wg.go([&] {
    while (!stop) {
      std::lock_guard lock(mutex);
      sleep(100us);
    }
  });
  for (int i = 0; i < 10; ++i) {
    sleep(100us);
    mutex.lock();
    mutex.unlock();
  }
  stop = true;
  wg.wait();
}

TEST_P(MutexTest, MayBeDestroyedByTheLastOwner) {
  // The last of two to lock frees the object; the other's unlock must be over with it.
  for (int i = 0; i < 300; ++i) {
    struct Shared {
      Mutex mutex;
      int left = 2;
    };
    auto* shared = new Shared;
    WaitGroup wg;
    for (int g = 0; g < 2; ++g) {
      wg.go([shared] {
        shared->mutex.lock();
        const bool last = --shared->left == 0;
        shared->mutex.unlock();
        if (last) delete shared;
      });
    }
    wg.wait();
  }
}

TEST_P(MutexTest, WritersExcludeEveryone) {
  RWMutex mutex;
  std::atomic<int> active{0};  // readers count 1, a writer 10000
  WaitGroup wg;
  for (int g = 0; g < 3; ++g) {
    wg.go([&] {
      for (int i = 0; i < 200; ++i) {
        std::unique_lock lock(mutex);
        EXPECT_EQ(active.fetch_add(10'000), 0);
        if (i % 8 == 0) yield();
        active.fetch_sub(10'000);
      }
    });
  }
  for (int g = 0; g < 6; ++g) {
    wg.go([&] {
      for (int i = 0; i < 400; ++i) {
        std::shared_lock lock(mutex);
        EXPECT_LT(active.fetch_add(1), 10'000);
        if (i % 8 == 0) yield();
        active.fetch_sub(1);
      }
    });
  }
  wg.wait();
  EXPECT_EQ(active, 0);
}

TEST_P(MutexTest, ReadersHoldTheLockTogether) {
  RWMutex mutex;
  WaitGroup inside;
  inside.add(4);
  WaitGroup wg;
  for (int g = 0; g < 4; ++g) {
    wg.go([&] {
      std::shared_lock lock(mutex);
      inside.done();
      inside.wait();
    });
  }
  wg.wait();
}

TEST_P(MutexTest, WaitingWriterKeepsNewReadersOut) {
  RWMutex mutex;
  mutex.lock_shared();
  std::atomic<bool> written{false};
  WaitGroup wg;
  wg.go([&] {
    mutex.lock();
    written = true;
    mutex.unlock();
  });
  // As soon as the writer waits, no reader gets in.
  ASSERT_TRUE(eventually([&] {
    if (!mutex.try_lock_shared()) return true;
    mutex.unlock_shared();
    return false;
  }));
  EXPECT_FALSE(written);
  wg.go([&] {
    mutex.lock_shared();
    EXPECT_TRUE(written);
    mutex.unlock_shared();
  });
  for (int i = 0; i < 50; ++i) yield();
  mutex.unlock_shared();
  wg.wait();
}

TEST_P(MutexTest, RWTryLocks) {
  RWMutex mutex;
  ASSERT_TRUE(mutex.try_lock());
  EXPECT_FALSE(mutex.try_lock());
  EXPECT_FALSE(mutex.try_lock_shared());
  mutex.unlock();
  ASSERT_TRUE(mutex.try_lock_shared());
  EXPECT_TRUE(mutex.try_lock_shared());
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock_shared();
  mutex.unlock_shared();
  EXPECT_TRUE(mutex.try_lock());
  mutex.unlock();
}

TEST_P(MutexTest, SignalWakesOneInOrderBroadcastAll) {
  Mutex mutex;
  Cond cond;
  std::vector<int> woken;
  int waiting = 0;
  WaitGroup wg;
  for (int i = 0; i < 5; ++i) {
    wg.go([&, i] {
      std::unique_lock lock(mutex);
      ++waiting;
      cond.wait(lock);
      woken.push_back(i);
    });
    ASSERT_TRUE(eventually([&] {
      std::lock_guard lock(mutex);
      return waiting == i + 1;
    }));
  }
  for (size_t n = 1; n <= 2; ++n) {
    cond.signal();
    ASSERT_TRUE(eventually([&] {
      std::lock_guard lock(mutex);
      return woken.size() == n;
    }));
  }
  EXPECT_EQ(woken, (std::vector<int>{0, 1}));
  cond.broadcast();
  wg.wait();
  EXPECT_EQ(woken.size(), 5u);
  cond.signal();  // nobody waits: nothing is remembered
}

TEST_P(MutexTest, SignalBetweenUnlockAndParkIsNotLost) {
  struct SignalOnUnlock {
    Cond& cond;
    void lock() {}
    void unlock() { cond.signal(); }
  };
  Cond cond;
  SignalOnUnlock lock{cond};
  cond.wait(lock);  // would be a deadlock
}

TEST_P(MutexTest, CondNeverLosesASignal) {
  Mutex mutex;
  Cond not_empty;
  Cond not_full;
  std::vector<int> queue;
  constexpr int kEach = 500;
  int64_t sum = 0;
  WaitGroup wg;
  for (int g = 0; g < 3; ++g) {
    wg.go([&] {
      for (int i = 1; i <= kEach; ++i) {
        std::unique_lock lock(mutex);
        not_full.wait(lock, [&] { return queue.size() < 4; });
        queue.push_back(i);
        not_empty.signal();
      }
    });
    wg.go([&] {
      for (int i = 1; i <= kEach; ++i) {
        mutex.lock();
        not_empty.wait(mutex, [&] { return !queue.empty(); });
        sum += queue.back();
        queue.pop_back();
        mutex.unlock();
        not_full.signal();
      }
    });
  }
  wg.wait();
  EXPECT_EQ(sum, 3 * kEach * (kEach + 1) / 2);
}

using SyncDeathTest = testing::Test;

TEST(SyncDeathTest, UnlockOfUnlockedIsFatal) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(Mutex().unlock(), testing::ExitedWithCode(2), "fatal error: sync: unlock of unlocked mutex");
  EXPECT_EXIT(RWMutex().unlock(), testing::ExitedWithCode(2), "fatal error: sync: Unlock of unlocked RWMutex");
  EXPECT_EXIT(RWMutex().unlock_shared(), testing::ExitedWithCode(2), "fatal error: sync: RUnlock of unlocked RWMutex");
  EXPECT_EXIT(
      {
        RWMutex mutex;
        mutex.lock();
        mutex.unlock_shared();
      },
      testing::ExitedWithCode(2), "fatal error: sync: RUnlock of unlocked RWMutex");
}

// The waiter is woken, and the mutex is free, but its word is not zero.
TEST(SyncDeathTest, UnlockOfUnlockedIsFatalWhileSomebodyWaits) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        gomaxprocs(1);
        Mutex mutex;
        mutex.lock();
        go([&] { std::lock_guard lock(mutex); });
        yield();
        mutex.unlock();
        mutex.unlock();
      },
      testing::ExitedWithCode(2), "fatal error: sync: unlock of unlocked mutex");
}

TEST(SyncDeathTest, WaitGroupDestroyedTooEarlyIsFatal) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        WaitGroup wg;
        wg.add(1);
      },
      testing::ExitedWithCode(2), "fatal error: sync: WaitGroup destroyed before its counter is zero");
}

}  // namespace
}  // namespace gorace
