// The happens-before edges that observers are told: Go's memory model, edge by edge, and nothing more. Goroutines take
// turns by std::atomic flags, which the runtime does not see.
#include "tests/unit/chan/goroutine_test.h"

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "tests/unit/chan/clock_observer.h"

namespace gorace {
namespace {

using namespace std::chrono_literals;
using testing_support::Event;
using testing_support::happened_before;
using testing_support::mark;
using testing_support::take_accesses;

class HappensBeforeTest : public GoroutineTest {
 protected:
  // Turn lets goroutines run one after the other without ordering them for the observer.
  struct Turn {
    std::atomic<int> now{0};
    void wait(int n) {
      while (now < n) yield();
    }
    void pass() { ++now; }
  };

  // run starts all functions and waits until they have ended, without an edge from them to the caller.
  template <class... F>
  static void run(F... f) {
    std::atomic<int> left{sizeof...(F)};
    (go([&left, f] {
       f();
       --left;
     }),
     ...);
    while (left != 0) yield();
  }
};
GORACE_INSTANTIATE(HappensBeforeTest);

TEST_P(HappensBeforeTest, GoOrdersTheParentBeforeTheChildOnly) {
  Event before = mark();
  Event in_child;
  run([&] {
    EXPECT_TRUE(happened_before(before));
    in_child = mark();
  });
  EXPECT_FALSE(happened_before(in_child));
}

TEST_P(HappensBeforeTest, UnbufferedOrdersBothWays) {
  for (const bool receiver_waits : {false, true}) {
    auto c = make_chan<int>();
    Turn turn;
    Event sent, received;
    run(
        [&] {
          turn.wait(receiver_waits ? 1 : 0);
          for (int i = 0; receiver_waits && i < 50; ++i) yield();
          sent = mark();
          turn.pass();
          c.send(1);
          EXPECT_TRUE(happened_before(received));
        },
        [&] {
          turn.wait(receiver_waits ? 0 : 1);
          for (int i = 0; !receiver_waits && i < 50; ++i) yield();
          received = mark();
          turn.pass();
          c.recv();
          EXPECT_TRUE(happened_before(sent));
        });
  }
}

template <class T>
void check_buffer_slots() {
  auto c = make_chan<T>(2);
  std::atomic<int> turn{0};
  const auto wait = [&](int n) {
    while (turn < n) yield();
  };
  std::atomic<int> left{3};
  Event first, second, received;
  go([&] {
    first = mark();
    c.send(T{});
    turn = 1;
    --left;
  });
  go([&] {
    wait(1);
    EXPECT_FALSE(happened_before(first));
    second = mark();
    c.send(T{});
    EXPECT_FALSE(happened_before(first)) << "sends into different slots do not order each other";
    turn = 2;
    wait(3);
    c.send(T{});  // into the first slot again
    EXPECT_TRUE(happened_before(received)) << "the k-th receive happens before the (k+C)-th send";
    EXPECT_TRUE(happened_before(first));
    --left;
  });
  go([&] {
    wait(2);
    received = mark();
    c.recv();
    EXPECT_TRUE(happened_before(first));
    EXPECT_FALSE(happened_before(second)) << "the first receive sees the first send only";
    turn = 3;
    --left;
  });
  while (left != 0) yield();
}

TEST_P(HappensBeforeTest, BufferSlotsAreObjectsOfTheirOwn) {
  check_buffer_slots<int>();
  check_buffer_slots<char>();
  check_buffer_slots<Unit>();
  check_buffer_slots<std::string>();
}

TEST_P(HappensBeforeTest, WaitingPartnersOfABufferedChannelKeepToTheSlot) {
  auto c = make_chan<std::string>(1);
  std::atomic<bool> parked{false};
  Event received, sent;
  run(
      [&] {
        received = mark();
        parked = true;
        c.recv();
        EXPECT_TRUE(happened_before(sent));
      },
      [&] {
        while (!parked) yield();
        for (int i = 0; i < 50; ++i) yield();
        sent = mark();
        c.send("x");
        EXPECT_FALSE(happened_before(received)) << "a buffered send does not wait for its receive";
      });
}

TEST_P(HappensBeforeTest, CloseHappensBeforeTheReceiveThatReportsIt) {
  auto c = make_chan<int>();
  Event closed;
  run([&] {
    closed = mark();
    c.close();
  });
  EXPECT_EQ(c.len(), 0u);
  EXPECT_FALSE(happened_before(closed));
  c.recv();
  EXPECT_TRUE(happened_before(closed));
}

TEST_P(HappensBeforeTest, CloseHappensBeforeAWaitingReceiversReturn) {
  auto c = make_chan<int>();
  Event closed;
  run(
      [&] {
        c.recv();
        EXPECT_TRUE(happened_before(closed));
      },
      [&] {
        for (int i = 0; i < 50; ++i) yield();
        closed = mark();
        c.close();
      });
}

TEST_P(HappensBeforeTest, SelectOrdersTheChosenCaseOnly) {
  auto a = make_chan<int>(1);
  auto b = make_chan<int>(1);
  Event in_a, in_b;
  run([&] {
    in_a = mark();
    a.send(1);
  });
  run([&] {
    in_b = mark();
    b.send(1);
  });
  EXPECT_EQ(select(recv(make_chan<int>()), recv(make_chan<int>()), otherwise), 2);
  const int chosen = select(recv(a), recv(b));
  EXPECT_EQ(happened_before(in_a), chosen == 0);
  EXPECT_EQ(happened_before(in_b), chosen == 1);
}

TEST_P(HappensBeforeTest, SelectTimeoutOrdersNothing) {
  auto c = make_chan<int>();
  Event elsewhere;
  run([&] { elsewhere = mark(); });
  EXPECT_EQ(select(recv(c), after(1ms)), 1);
  sleep(1ms);
  Timer timer(1ms);
  timer.chan().recv();
  EXPECT_FALSE(happened_before(elsewhere));
}

TEST_P(HappensBeforeTest, CloseRacesWithSendAsAccesses) {
  auto c = make_chan<int>(1);
  take_accesses();
  c.send(1);
  EXPECT_FALSE(c.try_send(1));
  select(send(c, 1), recv(c));
  c.len();
  c.close();
  const auto accesses = take_accesses();
  ASSERT_GE(accesses.size(), 3u);
  for (size_t i = 0; i < accesses.size(); ++i) {
    EXPECT_EQ(accesses[i].is_write, i + 1 == accesses.size());
    EXPECT_EQ(accesses[i].address, accesses[0].address);
  }
}

TEST_P(HappensBeforeTest, MutexOrdersUnlockBeforeLock) {
  Mutex mutex;
  Event inside;
  run([&] {
    std::lock_guard lock(mutex);
    inside = mark();
  });
  std::lock_guard lock(mutex);
  EXPECT_TRUE(happened_before(inside));
}

TEST_P(HappensBeforeTest, FailedTryLockOrdersNothing) {
  Mutex mutex;
  Turn turn;
  Event inside;
  run(
      [&] {
        mutex.lock();
        mutex.unlock();
        inside = mark();
        mutex.lock();
        turn.pass();
        turn.wait(2);
        mutex.unlock();
      },
      [&] {
        turn.wait(1);
        EXPECT_FALSE(mutex.try_lock());
        EXPECT_FALSE(happened_before(inside));
        turn.pass();
      });
}

TEST_P(HappensBeforeTest, ReadersDoNotOrderEachOther) {
  RWMutex mutex;
  Event reader, writer;
  run([&] {
    std::shared_lock lock(mutex);
    reader = mark();
  });
  run([&] {
    std::shared_lock lock(mutex);
    EXPECT_FALSE(happened_before(reader));
  });
  run([&] {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(happened_before(reader));
    writer = mark();
  });
  std::shared_lock lock(mutex);
  EXPECT_TRUE(happened_before(writer));
}

TEST_P(HappensBeforeTest, DoneHappensBeforeWaitReturns) {
  for (const bool waits : {false, true}) {
    WaitGroup wg;
    wg.add(2);
    Event first, second;
    Turn turn;
    run(
        [&] {
          if (waits) {
            turn.wait(1);
            for (int i = 0; i < 50; ++i) yield();
          }
          first = mark();
          wg.done();
          turn.now = 2;
        },
        [&] {
          turn.wait(2);
          second = mark();
          wg.done();
          EXPECT_FALSE(happened_before(first)) << "done does not order done";
          turn.now = 3;
        },
        [&] {
          if (waits) {
            turn.pass();
          } else {
            turn.wait(3);
          }
          wg.wait();
          EXPECT_TRUE(happened_before(first));
          EXPECT_TRUE(happened_before(second));
        });
  }
}

TEST_P(HappensBeforeTest, FirstAddAndFirstWaitAreAccesses) {
  WaitGroup wg;
  take_accesses();
  wg.add(1);
  wg.add(1);
  run([&] { wg.wait(); },
      [&] {
        for (int i = 0; i < 50; ++i) yield();
        wg.done();
        wg.done();
      });
  const auto accesses = take_accesses();
  ASSERT_FALSE(accesses.empty());
  EXPECT_FALSE(accesses[0].is_write);
  ASSERT_LE(accesses.size(), 2u);
  if (accesses.size() == 2) {
    EXPECT_TRUE(accesses[1].is_write);
    EXPECT_EQ(accesses[0].address, accesses[1].address);
  }
}

TEST_P(HappensBeforeTest, OnceHappensBeforeEveryReturn) {
  Once once;
  Event inside;
  run([&] { once.call([&] { inside = mark(); }); });
  EXPECT_FALSE(happened_before(inside));
  once.call([] {});
  EXPECT_TRUE(happened_before(inside));
}

TEST_P(HappensBeforeTest, CondOrdersNothingOfItsOwn) {
  // A lock of the test's own, which the observer does not know.
  struct Unseen {
    std::atomic<bool> held{false};
    void lock() {
      while (held.exchange(true)) yield();
    }
    void unlock() { held = false; }
  } lock;
  Cond cond;
  std::atomic<bool> waiting{false};
  Event before_signal;
  run(
      [&] {
        lock.lock();
        waiting = true;
        cond.wait(lock);
        EXPECT_FALSE(happened_before(before_signal));
        lock.unlock();
      },
      [&] {
        while (!waiting) yield();
        lock.lock();
        before_signal = mark();
        cond.signal();
        lock.unlock();
      });
}

TEST_P(HappensBeforeTest, SemaphoreReleaseHappensBeforeAcquire) {
  Semaphore semaphore(1);
  Event held;
  run([&] {
    semaphore.acquire();
    held = mark();
    semaphore.release();
  });
  EXPECT_FALSE(happened_before(held));
  semaphore.acquire();
  EXPECT_TRUE(happened_before(held));
  semaphore.release();
}

TEST_P(HappensBeforeTest, CancelHappensBeforeDoneAndErr) {
  for (const bool by_err : {false, true}) {
    auto [ctx, cancel] = with_cancel(background());
    auto [child, cancel_child] = with_cancel(ctx);
    Event before;
    run([&, &end = cancel] {
      before = mark();
      end();
    });
    EXPECT_FALSE(happened_before(before));
    if (by_err) {
      EXPECT_TRUE(child.err());
    } else {
      child.done().recv();
    }
    EXPECT_TRUE(happened_before(before));
  }
}

TEST_P(HappensBeforeTest, TimerStartHappensBeforeItsFunction) {
  Event before, started;
  std::atomic<bool> ran{false};
  run([&] {
    before = mark();
    after_func(1ms, [&] {
      EXPECT_TRUE(happened_before(before));
      EXPECT_FALSE(happened_before(started));
      ran = true;
    });
    started = mark();
  });
  while (!ran) yield();
}

TEST_P(HappensBeforeTest, ANewLockDoesNotInheritFromAnOldOne) {
  alignas(Mutex) unsigned char room[sizeof(Mutex)];
  Event inside;
  run([&] {
    auto* old = new (room) Mutex;
    old->lock();
    inside = mark();
    old->unlock();
  });
  auto* fresh = new (room) Mutex;
  fresh->lock();
  EXPECT_FALSE(happened_before(inside));
  fresh->unlock();
}

TEST_P(HappensBeforeTest, UnlimitedGroupDoesNotOrderItsFunctions) {
  Group group;
  Event first;
  std::atomic<bool> done{false};
  group.go([&] {
    first = mark();
    done = true;
  });
  while (!done) yield();
  for (int i = 0; i < 50; ++i) yield();
  group.go([&] { EXPECT_FALSE(happened_before(first)); });
  group.wait();
  EXPECT_TRUE(happened_before(first));
}

}  // namespace
}  // namespace gorace
