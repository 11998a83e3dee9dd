// OS threads: the program's own that use the runtime, blocking(), locked goroutines, hogs.
#include <gorace/go.h>
#include <gorace/time.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

using namespace std::chrono_literals;

class Threads : public AtEachProcs {};
GORACE_AT_EACH_PROCS(Threads);

TEST_P(Threads, ForeignThreadsParkAndAreReadied) {
  constexpr int kRounds = 500;
  Turn there;
  Turn back;
  int value = 0;
  std::thread thread([&] {
    EXPECT_EQ(runtime::current_g()->kind, runtime::GKind::kThread);
    EXPECT_GT(goroutine_id(), 1u);
    for (int i = 0; i < kRounds; ++i) {
      there.take();
      ++value;
      back.give();
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    ++value;
    there.give();
    back.take();
  }
  thread.join();
  EXPECT_EQ(value, 2 * kRounds);
}

TEST_P(Threads, ForeignThreadsSpawnGoroutines) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  std::atomic<int> ran{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      Join all(kEach);
      for (int i = 0; i < kEach; ++i) {
        go([&] {
          ran.fetch_add(1);
          all.done();
        });
      }
      all.wait();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ran.load(), kThreads * kEach);
}

TEST_P(Threads, ForeignThreadsSleep) {
  std::thread thread([] { sleep(1ms); });
  thread.join();
}

TEST_P(Threads, AThreadsRecordIsReusedAfterItsEnd) {
  for (int i = 0; i < 20; ++i) {
    std::thread([] {
      yield();
      goroutine_id();
    }).join();
  }
  int alive = 0;
  runtime::for_each_goroutine(
      [](runtime::G* g, void* count) { *static_cast<int*>(count) += g->kind == runtime::GKind::kThread; }, &alive,
      true);
  EXPECT_EQ(alive, 0);
}

TEST_P(Threads, BlockingReturnsItsFunctionsResult) {
  EXPECT_EQ(blocking([] { return 42; }), 42);
  int value = 1;
  int& reference = blocking([&]() -> int& { return value; });
  EXPECT_EQ(&reference, &value);
  EXPECT_THROW(blocking([] { throw std::string("out"); }), std::string);
}

TEST_P(Threads, BlockingLetsOthersRun) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  Join readers(10);
  for (int g = 0; g < 10; ++g) {
    go([&] {
      char byte = 0;
      blocking([&] { return read(fds[0], &byte, 1); });
      EXPECT_EQ(byte, 'x');
      readers.done();
    });
  }
  // More readers than processors are stuck in read(): this goroutine runs all the same.
  go([&] { EXPECT_EQ(write(fds[1], "xxxxxxxxxx", 10), 10); });
  readers.wait();
  close(fds[0]);
  close(fds[1]);
}

// A call that nobody announced: sysmon sees that the thread sleeps, and gives its processor away.
TEST_P(Threads, SystemCallsWithoutBlockingLetOthersRun) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  const int count = GetParam() + 2;  // more than there are processors
  std::atomic<int> reading{0};
  Join all(count + 1);
  for (int g = 0; g < count; ++g) {
    go([&] {
      char byte = 0;
      reading.fetch_add(1);
      EXPECT_EQ(read(fds[0], &byte, 1), 1);
      all.done();
    });
  }
  go([&] {
    wait_until([&] { return reading.load() == count; });
    EXPECT_EQ(write(fds[1], std::string(static_cast<size_t>(count), 'x').data(), count), count);
    all.done();
  });
  all.wait();
  close(fds[0]);
  close(fds[1]);
}

TEST_P(Threads, TheWholeRuntimeWorksInsideBlocking) {
  Turn there;
  Turn back;
  Join one(1);
  go([&] {
    there.take();
    back.give();
    one.done();
  });
  blocking([&] {
    there.give();
    back.take();
    blocking([] { yield(); });
    Join inner(1);
    go([&] { inner.done(); });
    inner.wait();
  });
  one.wait();
}

// Main waits while a goroutine occupies, of all threads, main's.
TEST_P(Threads, HogDoesNotStarveMain) {
  std::atomic<bool> started{false};
  std::atomic<bool> stop{false};
  Join hogs(8);
  for (int g = 0; g < 8; ++g) {
    go([&] {
      started.store(true);
      while (!stop.load(std::memory_order_relaxed)) {
      }
      hogs.done();
    });
  }
  wait_until([&] { return started.load(); });
  sleep(1ms);
  stop.store(true);
  hogs.wait();
}

// After a hog on main's thread that thread runs main alone for ten seconds. With one processor a main that yields was
// the next to run each time.
TEST_P(Threads, YieldingMainLetsOthersRunWhileItsThreadIsReserved) {
  runtime::M* home = runtime::g_sched.main_machine;
  home->reserved_until_ns.store(INT64_MAX);
  yield();
  std::atomic<int> done{0};
  for (int i = 0; i < 3; ++i) {
    go([&] {
      yield();
      ++done;
    });
  }
  for (int turns = 0; done.load() != 3 && turns < 1'000'000; ++turns) yield();
  EXPECT_EQ(done.load(), 3);
  home->reserved_until_ns.store(0);
  wait_until([&] { return done.load() == 3; });
}

TEST_P(Threads, HogsDoNotStarveGoroutines) {
  std::atomic<bool> stop{false};
  constexpr int kHogs = 10;
  Join hogs(kHogs);
  for (int g = 0; g < kHogs; ++g) {
    go([&] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
      hogs.done();
    });
  }
  go([&] { stop.store(true); });
  hogs.wait();
}

TEST_P(Threads, AfterAHogTheSettingHoldsAgain) {
  std::atomic<bool> stop{false};
  Join both(2);
  go([&] {
    while (!stop.load(std::memory_order_relaxed)) {
    }
    both.done();
  });
  go([&] {
    stop.store(true);
    both.done();
  });
  both.wait();
  // At most GOMAXPROCS goroutines run at once.
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  Join all(200);
  for (int i = 0; i < 200; ++i) {
    go([&] {
      const int now = running.fetch_add(1) + 1;
      int seen = most.load();
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      for (int spin = 0; spin < 100; ++spin) {
        asm volatile("");
      }
      running.fetch_sub(1);
      all.done();
    });
  }
  all.wait();
  EXPECT_LE(most.load(), GetParam() + 1);  // one more while a detached processor is not given up yet
}

TEST_P(Threads, LockedGoroutineKeepsItsThread) {
  constexpr int kGoroutines = 6;
  Join all(kGoroutines);
  std::atomic<int> wrong{0};
  for (int g = 0; g < kGoroutines; ++g) {
    go([&, g] {
      const bool locked = g % 2 == 0;
      if (locked) lock_os_thread();
      const std::thread::id thread = std::this_thread::get_id();
      for (int i = 0; i < 200; ++i) {
        yield();
        if (locked && std::this_thread::get_id() != thread) wrong.fetch_add(1);
      }
      if (locked && g % 4 == 0) unlock_os_thread();
      all.done();  // some end while locked
    });
  }
  all.wait();
  EXPECT_EQ(wrong.load(), 0);
}

thread_local int t_value = 0;
// Out of line, so that no address of a thread_local is kept over a switch.
[[gnu::noinline]] int exchange_thread_value(int value) { return std::exchange(t_value, value); }

TEST_P(Threads, ThreadLocalsBelongToTheThread) {
  std::mutex mutex;
  std::map<pid_t, int> last;  // by thread; a goroutine does not change threads while it holds a std::mutex
  constexpr int kGoroutines = 20;
  constexpr int kRounds = 50;
  Join all(kGoroutines + 1);
  go([&] {
    lock_os_thread();
    const int former = exchange_thread_value(-1);
    for (int round = 0; round < kRounds; ++round) {
      yield();
      EXPECT_EQ(exchange_thread_value(-1), -1);  // nobody else runs here
    }
    exchange_thread_value(former);
    unlock_os_thread();
    all.done();
  });
  for (int g = 1; g <= kGoroutines; ++g) {
    go([&, g] {
      for (int round = 0; round < kRounds; ++round) {
        {
          const std::lock_guard lock(mutex);
          const auto [it, first] = last.emplace(gettid(), 0);
          const int found = exchange_thread_value(g);
          if (!first) {
            EXPECT_EQ(found, it->second);
          }
          it->second = g;
        }
        yield();
      }
      all.done();
    });
  }
  all.wait();
}

TEST_P(Threads, LockedGoroutineIsWokenByOthers) {
  constexpr int kRounds = 300;
  Turn there;
  Turn back;
  Join one(1);
  go([&] {
    lock_os_thread();
    const std::thread::id thread = std::this_thread::get_id();
    for (int i = 0; i < kRounds; ++i) {
      there.take();
      EXPECT_EQ(std::this_thread::get_id(), thread);
      back.give();
    }
    unlock_os_thread();
    one.done();
  });
  for (int i = 0; i < kRounds; ++i) {
    there.give();
    back.take();
  }
  one.wait();
}

TEST_P(Threads, MainMayLockItsThread) {
  lock_os_thread();
  const std::thread::id thread = std::this_thread::get_id();
  for (int i = 0; i < 100; ++i) {
    Join one(1);
    go([&] {
      EXPECT_NE(std::this_thread::get_id(), thread);  // nothing else runs there
      one.done();
    });
    one.wait();
    EXPECT_EQ(std::this_thread::get_id(), thread);
  }
  unlock_os_thread();
  unlock_os_thread();  // one too many does nothing
}

TEST(MaxProcs, OutOfRangeIsCutOrIgnored) {
  const int former = gomaxprocs();
  EXPECT_GE(former, 1);
  gomaxprocs(1'000'000);
  EXPECT_EQ(gomaxprocs(0), 1024);
  gomaxprocs(-5);
  EXPECT_EQ(gomaxprocs(), 1024);
  gomaxprocs(former);
}

TEST(MaxProcs, ChangesWhileGoroutinesRun) {
  const int former = gomaxprocs();
  std::atomic<bool> stop{false};
  constexpr int kGoroutines = 50;
  Join all(kGoroutines);
  for (int g = 0; g < kGoroutines; ++g) {
    go([&] {
      while (!stop.load()) yield();
      all.done();
    });
  }
  for (int i = 0; i < 200; ++i) {
    gomaxprocs(1 + i % 9);
    yield();
  }
  stop.store(true);
  all.wait();
  wait_until([] { return num_goroutine() == 1; });
  gomaxprocs(former);
}

}  // namespace
}  // namespace gorace::testing
