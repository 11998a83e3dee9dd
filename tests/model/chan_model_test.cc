// Channels, select, locks and timers, the runtime's own sources, under every interleaving of small cases.
#include <gorace/chan.h>
#include <gorace/mutex.h>
#include <gorace/panic.h>
#include <gorace/select.h>
#include <gorace/timer.h>
#include <gorace/wait_group.h>

#include "runtime/sync/sema.h"
#include "tests/model/model_sched.h"

namespace gorace::model {
namespace {

// everything expects that no interleaving of the scenario fails.
void everything(const std::function<void()>& scenario, int preemptions = kUnbounded) {
  Options options;
  options.preemptions = preemptions;
  const Outcome outcome = explore(options, scenario);
  EXPECT_EQ(outcome.failure, "") << "replay: " << outcome.schedule;
  EXPECT_TRUE(outcome.complete) << outcome.executions << " executions";
  ::testing::Test::RecordProperty("executions", std::to_string(outcome.executions));
}

void require(bool condition, const char* what) {
  if (!condition) fail(what);
}

// Owner: a critical section that notices company.
struct Owner {
  int inside = 0;
  void visit() {
    require(inside++ == 0, "two owners");
    step(this, Access::kUpdate);
    --inside;
  }
};

template <class L>
void lock_scenario(int threads, int rounds) {
  start_scenario();
  static L* lock;
  static Owner owner;
  lock = new (runtime::internal_alloc(sizeof(L))) L;
  owner = {};
  for (int i = 0; i < threads; ++i) {
    thread([rounds] {
      for (int round = 0; round < rounds; ++round) {
        lock->lock();
        owner.visit();
        lock->unlock();
      }
    });
  }
}

TEST(LockModel, SpinLockHasOneOwner) {
  everything([] { lock_scenario<runtime::SpinLock>(3, 1); });
}

TEST(LockModel, MutexHasOneOwnerAndWakesEveryWaiter) {
  everything([] { lock_scenario<Mutex>(2, 1); });
}

TEST(LockModel, MutexOfThreeGoroutines) {
  everything([] { lock_scenario<Mutex>(3, 1); }, 2);
}

TEST(LockModel, SemaphoreReleaseMeetsAcquire) {
  everything(
      [] {
        start_scenario();
        static internal::Sema* sema;
        sema = new (runtime::internal_alloc(sizeof(internal::Sema))) internal::Sema;
        for (int i = 0; i < 2; ++i) {
          thread([] {
            internal::sema_acquire(*sema, internal::SemaOrder::kFifo, runtime::WaitReason::kSemacquire, sema);
          });
        }
        thread([] {
          internal::sema_release(*sema);
          internal::sema_release(*sema);
        });
      },
      3);
}

TEST(LockModel, WaitGroupLetsEveryWaiterGo) {
  everything([] {
    start_scenario();
    static WaitGroup* group;
    static int done;
    group = new (runtime::internal_alloc(sizeof(WaitGroup))) WaitGroup;
    done = 0;
    group->add(2);
    for (int i = 0; i < 2; ++i) {
      thread([] {
        ++done;
        group->done();
      });
    }
    thread([] {
      group->wait();
      require(done == 2, "wait() returned early");
    });
  });
}

// --- Channels ---

struct Channels {
  Chan<int> a, b;
  int sent = 0;
  int received = 0;
};
Channels* g_channels;

void make_channels(int a, int b) {
  start_scenario();
  delete std::exchange(g_channels, nullptr);
  g_channels = new Channels{make_chan<int>(a), make_chan<int>(b)};
  // select locks in the order of addresses, which must not differ between executions.
  if (g_channels->a.core() > g_channels->b.core()) std::swap(g_channels->a, g_channels->b);
}

void all_arrived() {
  at_end([] { require(g_channels->sent == g_channels->received, "a value was lost or doubled"); });
}

void sender(Chan<int>& chan, int value) {
  thread([&chan, value] {
    chan.send(value);
    g_channels->sent += value;
  });
}

void receiver(Chan<int>& chan, int count) {
  thread([&chan, count] {
    for (int i = 0; i < count; ++i) g_channels->received += *chan.recv();
  });
}

TEST(ChanModel, UnbufferedHandsOver) {
  everything([] {
    make_channels(0, 0);
    sender(g_channels->a, 1);
    receiver(g_channels->a, 1);
    all_arrived();
  });
}

TEST(ChanModel, BufferOfOneWithTwoSenders) {
  everything(
      [] {
        make_channels(1, 0);
        sender(g_channels->a, 1);
        sender(g_channels->a, 2);
        receiver(g_channels->a, 2);
        all_arrived();
      },
      2);
}

TEST(ChanModel, CloseWakesReceiversOnce) {
  everything([] {
    make_channels(0, 0);
    for (int i = 0; i < 2; ++i) {
      thread([] { require(!g_channels->a.recv(), "a value from nowhere"); });
    }
    thread([] { g_channels->a.close(); });
  });
}

TEST(ChanModel, CloseAgainstSend) {
  everything([] {
    make_channels(0, 0);
    thread([] {
      bool panicked = false;
      try {
        g_channels->a.send(1);
      } catch (const Panic&) {
        panicked = true;
      }
      require(panicked, "a send without receiver ended");
    });
    thread([] { g_channels->a.close(); });
  });
}

TEST(ChanModel, TrySendMeetsReceiver) {
  everything([] {
    make_channels(0, 0);
    receiver(g_channels->a, 1);
    thread([] {
      const bool sent = g_channels->a.try_send(5);
      if (!sent) g_channels->a.send(5);
      g_channels->sent = 5;
    });
    all_arrived();
  });
}

// --- Select ---

TEST(SelectModel, ReceivesFromTwoSenders) {
  everything(
      [] {
        make_channels(0, 0);
        sender(g_channels->a, 1);
        sender(g_channels->b, 2);
        thread([] {
          for (int i = 0; i < 2; ++i) {
            int value = 0;
            select(recv(g_channels->a, value), recv(g_channels->b, value));
            g_channels->received += value;
          }
        });
        all_arrived();
      },
      1);
}

// Two selects offer to each other on both channels: exactly one value passes.
TEST(SelectModel, TwoSelectsMeet) {
  everything(
      [] {
        make_channels(0, 0);
        thread([] { g_channels->sent = select(send(g_channels->a, 7), send(g_channels->b, 8)) == 0 ? 7 : 8; });
        thread([] { select(recv(g_channels->b, g_channels->received), recv(g_channels->a, g_channels->received)); });
        all_arrived();
      },
      3);
}

TEST(SelectModel, CloseAndSendWakeOnce) {
  everything(
      [] {
        make_channels(0, 1);
        thread([] { g_channels->a.close(); });
        sender(g_channels->b, 3);
        thread([] {
          int value = 0;
          bool open = true;
          if (select(recv(g_channels->a, value, open), recv(g_channels->b, value)) == 0) {
            require(!open, "a value from a closed channel");
            value = *g_channels->b.recv();
          }
          g_channels->received = value;
        });
        all_arrived();
      },
      2);
}

// A timer's callback against a sender: one of them wakes the select, and a value is taken or still to be had.
TEST(SelectModel, TimeoutAgainstSend) {
  everything(
      [] {
        make_channels(0, 0);
        thread([] {
          int value = 0;
          const int index = select(recv(g_channels->a, value), after(std::chrono::nanoseconds(1)));
          if (index == 1) value = *g_channels->a.recv();
          g_channels->received = value;
        });
        sender(g_channels->a, 4);
        thread([] { timers().run_expired(virtual_now_ns() + 10); });
        all_arrived();
      },
      2);
}

// --- Timers ---

TEST(TimerModel, StopIsExact) {
  everything(
      [] {
        start_scenario();
        static runtime::RuntimeTimer timer;
        static int ran;
        ran = 0;
        timer = {};
        timer.when_ns = 5;
        timer.callback = [](void*) { ++ran; };
        timers().add(&timer);
        for (int i = 0; i < 2; ++i) {
          thread([] { timers().run_expired(10); });
        }
        thread([] {
          const bool stopped = timers().remove(&timer);
          if (!stopped) timers().wait_callback(&timer);
          require(ran == (stopped ? 0 : 1), "stop and callback disagree");
        });
      },
      3);
}

TEST(TimerModel, AddedWhileRunningIsRunOrPending) {
  everything([] {
    start_scenario();
    static runtime::RuntimeTimer first, second;
    static int ran;
    ran = 0;
    first = second = {};
    first.when_ns = 5;
    second.when_ns = 6;
    first.callback = second.callback = [](void*) { ++ran; };
    timers().add(&first);
    thread([] { timers().run_expired(10); });
    thread([] { timers().add(&second); });
    at_end([] { require(ran + (timers().remove(&second) ? 1 : 0) == 2, "a timer was lost"); });
  });
}

}  // namespace
}  // namespace gorace::model
