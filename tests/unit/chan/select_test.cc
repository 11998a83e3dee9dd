// select: Go's semantics (compare Go's runtime/chan_test.go and test/chan/select*.go).
#include "tests/unit/chan/goroutine_test.h"

#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace gorace {
namespace {

using namespace std::chrono_literals;

class SelectTest : public GoroutineTest {};
GORACE_INSTANTIATE(SelectTest);

TEST_P(SelectTest, TakesTheReadyCase) {
  auto a = make_chan<int>(1);
  auto b = make_chan<int>(1);
  int x = 0;
  b.send(4);
  EXPECT_EQ(select(recv(a, x), recv(b, x)), 1);
  EXPECT_EQ(x, 4);
  a.send(1);
  EXPECT_EQ(select(send(a, 9), send(b, 5)), 1);  // a is full
  EXPECT_EQ(b.recv(), 5);
}

TEST_P(SelectTest, OtherwiseOnlyWhenNothingIsReady) {
  auto a = make_chan<int>(1);
  auto b = make_chan<int>();
  int x = 0;
  EXPECT_EQ(select(recv(a, x), otherwise), 1);
  EXPECT_EQ(select(otherwise, recv(a, x)), 0);
  EXPECT_EQ(select(recv(a, x), recv(b, x), otherwise), 2);
  EXPECT_EQ(select(send(b, 1), otherwise), 1);
  a.send(3);
  EXPECT_EQ(select(recv(a, x), otherwise), 0);
  EXPECT_EQ(x, 3);
  bool called = false;
  EXPECT_EQ(select(recv(a), recv(b), otherwise([&] { called = true; })), 2);
  EXPECT_TRUE(called);
}

TEST_P(SelectTest, NilChannelsAreNeverChosen) {
  Chan<int> nil;
  auto a = make_chan<int>(1);
  int x = 0;
  EXPECT_EQ(select(recv(nil, x), send(nil, 1), otherwise), 2);
  a.send(2);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(select(recv(nil, x), recv(a, x), send(nil, 1)), 1);
    a.send(2);
  }
}

TEST_P(SelectTest, ClosedChannelIsReady) {
  auto c = make_chan<int>();
  auto other = make_chan<int>();
  c.close();
  int x = 7;
  bool ok = true;
  EXPECT_EQ(select(recv(other, x), recv(c, x, ok)), 1);
  EXPECT_FALSE(ok);
  EXPECT_EQ(x, 7);
  std::optional<int> target = 3;
  EXPECT_EQ(select(recv(c, target), recv(other)), 0);
  EXPECT_EQ(target, std::nullopt);
  EXPECT_EQ(panic_text([&] { select(send(c, 1), recv(other)); }), "send on closed channel");
  EXPECT_EQ(panic_text([&] { select(send(c, 1), otherwise); }), "send on closed channel");
}

TEST_P(SelectTest, WaitsForAnyOfItsChannels) {
  auto a = make_chan<int>();
  auto b = make_chan<std::string>();
  auto quit = make_chan<Unit>();
  for (int round = 0; round < 100; ++round) {
    if (round % 2 == 0) {
      go([a, round] { a.send(round); });
    } else {
      go([b, round] { b.send(std::to_string(round)); });
    }
    int x = -1;
    std::string s;
    const int index = select(recv(a, x), recv(b, s), recv(quit));
    EXPECT_EQ(index, round % 2);
    if (index == 0) {
      EXPECT_EQ(x, round);
    } else {
      EXPECT_EQ(s, std::to_string(round));
    }
  }
}

// A select that polled would be seen ready or running now and then.
TEST_P(SelectTest, DoesNotRunWhileItWaits) {
  auto a = make_chan<int>();
  auto b = make_chan<int>();
  std::atomic<runtime::G*> waiting{nullptr};
  WaitGroup done;
  done.go([&] {
    waiting = runtime::current_g();
    select(recv(a), recv(b));
  });
  const auto waits = [&] {
    const runtime::G* g = waiting;
    return g != nullptr && g->status == runtime::GStatus::kWaiting && g->wait_reason == runtime::WaitReason::kSelect;
  };
  EXPECT_TRUE(eventually(waits));
  for (int i = 0; i < 1000; ++i) {
    yield();
    EXPECT_TRUE(waits());
  }
  b.send(1);
  done.wait();
}

TEST_P(SelectTest, CloseWakesAWaitingSelect) {
  auto a = make_chan<int>();
  auto b = make_chan<int>();
  auto woken = make_chan<bool>();
  go([=] {
    bool ok = true;
    int x;
    const int index = select(recv(a, x), recv(b, x, ok));
    woken.send(index == 1 && !ok);
  });
  go([=] { woken.send(panic_text([&] { select(send(a, 1), send(b, 1)); }) == "send on closed channel"); });
  for (int i = 0; i < 50; ++i) yield();
  // The two may have met on one of the channels; then both are done.
  b.close();
  EXPECT_TRUE(woken.recv().has_value());
  EXPECT_TRUE(woken.recv().has_value());
}

TEST_P(SelectTest, CloseMakesAWaitingSendCasePanic) {
  auto a = make_chan<int>();
  auto b = make_chan<int>();
  auto text = make_chan<std::string>();
  go([=] { text.send(panic_text([&] { select(send(a, 1), send(b, 1)); })); });
  for (int i = 0; i < 50; ++i) yield();
  a.close();
  EXPECT_EQ(text.recv(), "send on closed channel");
  EXPECT_FALSE(b.try_recv());  // the other case is out of its queue
}

TEST_P(SelectTest, TimeoutFires) {
  auto never = make_chan<int>();
  EXPECT_EQ(select(recv(never), after(1ms)), 1);
  EXPECT_EQ(select(after(1ms)), 0);
  EXPECT_EQ(select(after(1h), recv(never), after(1ms)), 2);  // the earliest counts
  bool called = false;
  EXPECT_EQ(select(recv(never), after(0ms, [&] { called = true; })), 1);
  EXPECT_TRUE(called);
  EXPECT_EQ(select(recv(never), after(-5s)), 1);
}

TEST_P(SelectTest, TimeoutDoesNotFireWhenAChannelIsFirst) {
  auto c = make_chan<int>();
  for (int i = 0; i < 100; ++i) {
    go([c, i] { c.send(i); });
    int x = -1;
    EXPECT_EQ(select(after(1h), recv(c, x)), 1);
    EXPECT_EQ(x, i);
  }
}

// Timer and channel compete for the same select: each wake-up is claimed once, no value is lost.
TEST_P(SelectTest, TimeoutsRacingWithSendsLoseNoValue) {
  std::mt19937_64 random(seed());
  auto c = make_chan<int>();
  constexpr int kValues = 300;
  WaitGroup wg;
  wg.go([c] {
    for (int i = 0; i < kValues; ++i) c.send(i);
    c.close();
  });
  int want = 0;
  for (bool open = true; open;) {
    int x = -1;
    bool ok = true;
    if (select(recv(c, x, ok), after(std::chrono::nanoseconds(random() % 20'000))) == 0) {
      open = ok;
      if (ok) {
        ASSERT_EQ(x, want++);
      }
    }
  }
  EXPECT_EQ(want, kValues);
  wg.wait();
}

TEST_P(SelectTest, HandlersGetTheValue) {
  auto c = make_chan<std::unique_ptr<int>>(1);
  c.send(std::make_unique<int>(3));
  int got = 0;
  EXPECT_EQ(select(recv(c, [&](std::unique_ptr<int> p) { got = *p; }), after(1h)), 0);
  EXPECT_EQ(got, 3);
  bool sent = false;
  EXPECT_EQ(select(send(c, std::make_unique<int>(4), [&] { sent = true; }), after(1h)), 0);
  EXPECT_TRUE(sent);
  c.recv();
  c.close();
  bool ended = false;
  select(recv(c, [&](std::optional<std::unique_ptr<int>> p) { ended = !p; }), after(1h));
  EXPECT_TRUE(ended);
  select(recv(c, [&](std::unique_ptr<int>) { FAIL() << "called for a closed channel"; }), after(1h));
}

TEST_P(SelectTest, HandlersRunWithoutLocks) {
  auto c = make_chan<int>(1);
  c.send(1);
  int depth = 0;
  select(recv(c,
              [&](int) {
                c.send(2);  // would wait for ever if the channel were locked
                select(recv(c, [&](int v) { depth = v; }), after(1h));
              }),
         after(1h));
  EXPECT_EQ(depth, 2);
}

TEST_P(SelectTest, UnchosenRvalueStaysWithTheCaller) {
  auto full = make_chan<std::unique_ptr<int>>();
  auto ready = make_chan<int>(1);
  ready.send(1);
  auto value = std::make_unique<int>(5);
  EXPECT_EQ(select(send(full, std::move(value)), recv(ready)), 1);
  ASSERT_TRUE(value);
  EXPECT_EQ(select(send(full, std::move(value)), otherwise), 1);
  ASSERT_TRUE(value);
  go([full] { full.recv(); });
  EXPECT_EQ(select(send(full, std::move(value)), recv(ready)), 0);
  EXPECT_FALSE(value);
}

// Boxed elements (their move may throw) go through the same cases.
struct Boxed {
  explicit Boxed(int v) : value(std::make_unique<int>(v)) {}
  Boxed(Boxed&& other) noexcept(false) : value(std::move(other.value)) {}
  Boxed& operator=(Boxed&& other) noexcept(false) {
    value = std::move(other.value);
    return *this;
  }
  std::unique_ptr<int> value;
};

TEST_P(SelectTest, BoxedElementsMoveOnlyWhenChosen) {
  auto a = make_chan<Boxed>();
  auto b = make_chan<Boxed>(1);
  Boxed first(1);
  Boxed second(2);
  EXPECT_EQ(select(send(a, std::move(first)), send(b, std::move(second))), 1);
  ASSERT_TRUE(first.value);
  EXPECT_EQ(*first.value, 1);
  EXPECT_FALSE(second.value);
  go([a] { a.send(Boxed(3)); });
  Boxed got(0);
  EXPECT_EQ(select(recv(a, got), send(b, std::move(first))), 0);
  EXPECT_EQ(*got.value, 3);
  EXPECT_TRUE(first.value);
}

TEST_P(SelectTest, SameChannelInSeveralCases) {
  auto c = make_chan<int>();
  // A goroutine that both sends to and receives from one channel does not meet itself.
  int x = 0;
  EXPECT_EQ(select(send(c, 1), recv(c, x), otherwise), 2);
  std::atomic<int> sum{0};
  WaitGroup wg;
  for (int g = 0; g < 4; ++g) {
    wg.go([&, c] {
      for (int i = 0; i < 200; ++i) {
        int v = 0;
        if (select(send(c, 1), recv(c, v), recv(c, v)) == 0) {
          ++sum;
        } else {
          sum -= v;
        }
      }
    });
  }
  // An odd one may be left waiting: serve it.
  auto finished = make_chan<Unit>();
  go([&] {
    wg.wait();
    finished.close();
  });
  for (int v = 0;;) {
    const int index = select(recv(finished), recv(c, v), send(c, 1));
    if (index == 0) break;
    sum += index == 1 ? -v : 1;
  }
  EXPECT_EQ(sum, 0);
}

TEST_P(SelectTest, ManyCasesInAList) {
  constexpr int kChannels = 100;
  std::vector<Chan<int>> channels;
  std::vector<AnyCase> cases;
  int x = -1;
  for (int i = 0; i < kChannels; ++i) {
    channels.push_back(make_chan<int>());
    cases.push_back(recv(channels.back(), x));
  }
  for (int round = 0; round < 200; ++round) {
    const int chosen = (round * 37) % kChannels;
    go([c = channels[static_cast<size_t>(chosen)], round] { c.send(round); });
    EXPECT_EQ(select(cases), chosen);
    EXPECT_EQ(x, round);
  }
  cases.push_back(otherwise);
  EXPECT_EQ(select(cases), kChannels);
  cases.back() = after(1ms);
  EXPECT_EQ(select(cases), kChannels);
  cases.back() = after(1h);
  auto out = make_chan<std::string>(1);
  cases.push_back(send(out, std::string("owned")));
  EXPECT_EQ(select(cases), kChannels + 1);
  EXPECT_EQ(out.recv(), "owned");
}

// chi_square of counts that should be equal.
double chi_square(const std::vector<int>& counts, int total) {
  const double expected = static_cast<double>(total) / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

// Bounds: the 1 - 1e-9 quantiles of chi-square with 1, 2 and 4 degrees of freedom, so that a sound select fails once in
// 10^9 runs.
TEST_P(SelectTest, ChoosesUniformlyAmongTheReady) {
  constexpr int kRounds = 20'000;
  auto a = make_chan<int>(1);
  auto b = make_chan<int>(1);
  auto c = make_chan<int>(1);
  auto never = make_chan<int>();
  std::vector<int> two(2), three(3), five(5);
  for (int i = 0; i < kRounds; ++i) {
    (void)a.try_send(1);
    (void)b.try_send(1);
    (void)c.try_send(1);
    ++two[static_cast<size_t>(select(recv(a), recv(b)))];
    (void)a.try_send(1);
    (void)b.try_send(1);
    // The ready cases among cases that are not: a rotation instead of a permutation would favour the one after the gap.
    const int gap = select(recv(a), recv(never), recv(never), recv(b), recv(c));
    ++three[gap == 0 ? 0 : static_cast<size_t>(gap - 2)];
    (void)a.try_send(1);
    (void)b.try_send(1);
    (void)c.try_send(1);
    ++five[static_cast<size_t>(select(recv(a), recv(b), recv(c), recv(a), recv(b)))];
  }
  EXPECT_LT(chi_square(two, kRounds), 37.3);
  EXPECT_LT(chi_square(three, kRounds), 41.4);
  EXPECT_LT(chi_square(five, kRounds), 47.6);
}

TEST_P(SelectTest, ForeignThreadsSelect) {
  auto a = make_chan<int>();
  auto b = make_chan<int>();
  std::atomic<int> sum{0};
  std::thread thread([&] {
    for (int i = 0; i < 100; ++i) {
      int x = 0;
      select(recv(a, x), recv(b, x));
      sum += x;
    }
    EXPECT_EQ(select(recv(a), after(1ms)), 1);
  });
  WaitGroup wg;
  wg.go([a] {
    for (int i = 0; i < 50; ++i) a.send(1);
  });
  wg.go([b] {
    for (int i = 0; i < 50; ++i) b.send(100);
  });
  wg.wait();
  thread.join();
  EXPECT_EQ(sum, 5050);
}

// Selects on overlapping sets in different orders: locks are taken by address, so nothing can deadlock, and each value
// arrives once.
TEST_P(SelectTest, OverlappingSelectsStress) {
  std::mt19937_64 random(seed());
  constexpr int kChannels = 5;
  constexpr int kEach = 300;
  std::vector<Chan<int>> c;
  for (int i = 0; i < kChannels; ++i) c.push_back(make_chan<int>(i % 3));
  std::atomic<int64_t> sent{0};
  std::atomic<int64_t> received{0};
  std::atomic<int> receives{0};
  WaitGroup senders;
  WaitGroup receivers;
  auto quit = make_chan<Unit>();
  for (int g = 0; g < 4; ++g) {
    senders.go([&, local = std::mt19937_64(random())]() mutable {
      for (int i = 0; i < kEach; ++i) {
        const size_t x = local() % kChannels, y = local() % kChannels, z = local() % kChannels;
        const int value = static_cast<int>(local() % 1000);
        select(send(c[x], value), send(c[y], value), send(c[z], value));
        sent += value;
      }
    });
    receivers.go([&, local = std::mt19937_64(random())]() mutable {
      for (;;) {
        const size_t x = local() % kChannels, y = local() % kChannels;
        int value = 0;
        const int index = select(recv(c[x], value), recv(c[y], value), recv(quit), after(100us));
        if (index == 2) return;
        if (index == 3) continue;
        received += value;
        ++receives;
      }
    });
  }
  senders.wait();
  ASSERT_TRUE(eventually([&] { return receives == 4 * kEach; }));
  quit.close();
  receivers.wait();
  EXPECT_EQ(sent, received);
}

}  // namespace
}  // namespace gorace
