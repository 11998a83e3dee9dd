// Channels: Go's semantics (compare Go's runtime/chan_test.go).
#include "tests/unit/chan/goroutine_test.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace gorace {
namespace {

class ChanTest : public GoroutineTest {};
GORACE_INSTANTIATE(ChanTest);

TEST_P(ChanTest, UnbufferedSendWaitsForItsReceive) {
  auto c = make_chan<int>();
  EXPECT_EQ(c.cap(), 0u);
  std::atomic<bool> sent{false};
  go([&, c] {
    c.send(7);
    sent = true;
  });
  for (int i = 0; i < 100; ++i) yield();
  EXPECT_FALSE(sent);
  EXPECT_EQ(c.len(), 0u);
  EXPECT_EQ(c.recv(), 7);
  EXPECT_TRUE(eventually([&] { return sent.load(); }));
}

TEST_P(ChanTest, BufferKeepsOrderAndCounts) {
  auto c = make_chan<int>(3);
  c << 1 << 2 << 3;
  EXPECT_EQ(c.len(), 3u);
  EXPECT_EQ(c.cap(), 3u);
  EXPECT_FALSE(c.try_send(4));
  for (int want = 1; want <= 3; ++want) EXPECT_EQ(c.recv(), want);
  EXPECT_EQ(c.try_recv(), std::nullopt);
  for (int round = 0; round < 10; ++round) {  // around the ring's end
    c.send(round);
    c.send(-round);
    EXPECT_EQ(c.recv(), round);
    EXPECT_EQ(c.recv(), -round);
  }
}

TEST_P(ChanTest, FullBufferBlocksSendersInOrder) {
  auto c = make_chan<int>(1);
  c.send(0);
  for (int i = 1; i <= 5; ++i) {
    std::atomic<bool> started{false};
    go([&started, c, i] {
      started = true;
      c.send(i);
    });
    ASSERT_TRUE(eventually([&] { return started.load(); }));
    for (int spin = 0; spin < 50; ++spin) yield();
  }
  std::vector<int> got;
  for (int i = 0; i <= 5; ++i) got.push_back(*c.recv());
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST_P(ChanTest, HandOffToAWaitingReceiverLeavesTheBufferFree) {
  auto c = make_chan<int>(1);
  auto got = make_chan<int>(1);
  go([=] { got.send(*c.recv()); });
  // Once the receiver waits, two sends fit: one goes to it directly.
  int sent = 0;
  ASSERT_TRUE(eventually([&] {
    sent += c.try_send(sent) ? 1 : 0;
    return sent == 2;
  }));
  EXPECT_EQ(got.recv(), 0);
  EXPECT_EQ(c.recv(), 1);
}

TEST_P(ChanTest, ClosedChannelDrainsThenReportsTheEnd) {
  auto c = make_chan<int>(2);
  c.send(1);
  c.close();
  EXPECT_EQ(c.recv(), 1);
  EXPECT_EQ(c.recv(), std::nullopt);
  int untouched = 5;
  EXPECT_FALSE(c >> untouched);
  EXPECT_EQ(untouched, 5);
  bool closed = false;
  EXPECT_EQ(c.try_recv(&closed), std::nullopt);
  EXPECT_TRUE(closed);
}

TEST_P(ChanTest, TryRecvTellsEmptyFromClosed) {
  auto c = make_chan<int>();
  bool closed = true;
  EXPECT_EQ(c.try_recv(&closed), std::nullopt);
  EXPECT_FALSE(closed);
}

TEST_P(ChanTest, CloseWakesAllReceivers) {
  auto c = make_chan<int>();
  std::atomic<int> ended{0};
  WaitGroup wg;
  for (int i = 0; i < 20; ++i) {
    wg.go([&, c] {
      if (!c.recv()) ++ended;
    });
  }
  for (int i = 0; i < 50; ++i) yield();
  c.close();
  wg.wait();
  EXPECT_EQ(ended, 20);
}

TEST_P(ChanTest, CloseMakesWaitingSendersPanic) {
  auto c = make_chan<int>();
  std::atomic<int> panics{0};
  std::atomic<int> started{0};
  WaitGroup wg;
  for (int i = 0; i < 10; ++i) {
    wg.go([&, c] {
      ++started;
      if (panic_text([&] { c.send(1); }) == "send on closed channel") ++panics;
    });
  }
  ASSERT_TRUE(eventually([&] { return started == 10; }));
  for (int i = 0; i < 50; ++i) yield();
  c.close();
  wg.wait();
  EXPECT_EQ(panics, 10);
}

TEST_P(ChanTest, PanicsHaveGosTexts) {
  auto c = make_chan<int>(1);
  c.close();
  EXPECT_EQ(panic_text([&] { c.send(1); }), "send on closed channel");
  EXPECT_EQ(panic_text([&] { (void)c.try_send(1); }), "send on closed channel");
  EXPECT_EQ(panic_text([&] { c.close(); }), "close of closed channel");
  EXPECT_EQ(panic_text([] { Chan<int>{}.close(); }), "close of nil channel");
  EXPECT_EQ(panic_text([] { (void)make_chan<int>(-1); }), "makechan: size out of range");
  EXPECT_EQ(panic_text([] { (void)make_chan<int>(PTRDIFF_MAX); }), "makechan: size out of range");
  struct Big {
    char bytes[1 << 16];
  };
  EXPECT_EQ(panic_text([] { (void)make_chan<Big>(PTRDIFF_MAX / 4); }), "makechan: size out of range");
}

TEST_P(ChanTest, NilChannelNeverProceeds) {
  Chan<int> nil;
  EXPECT_FALSE(nil);
  EXPECT_FALSE(nil.try_send(1));
  bool closed = true;
  EXPECT_EQ(nil.try_recv(&closed), std::nullopt);
  EXPECT_FALSE(closed);
  EXPECT_EQ(nil.len(), 0u);
  EXPECT_EQ(nil.cap(), 0u);
  EXPECT_EQ(nil, Chan<int>{});
}

TEST_P(ChanTest, RangeEndsWithTheChannel) {
  auto c = make_chan<int>();
  go([c] {
    for (int i = 0; i < 100; ++i) c << i;
    c.close();
  });
  int want = 0;
  for (int& got : c) EXPECT_EQ(got, want++);
  EXPECT_EQ(want, 100);
}

TEST_P(ChanTest, ViewsShareTheChannel) {
  auto c = make_chan<int>(1);
  SendChan<int> out = c;
  RecvChan<int> in = c;
  out.send(3);
  EXPECT_EQ(in.recv(), 3);
  EXPECT_EQ(out, c);
  EXPECT_EQ(in, c);
  out.close();
  EXPECT_EQ(in.recv(), std::nullopt);
}

TEST_P(ChanTest, UnitElementsCount) {
  auto c = make_chan<Unit>(5);
  for (int i = 0; i < 5; ++i) c.send({});
  EXPECT_FALSE(c.try_send({}));
  c.close();
  int n = 0;
  for ([[maybe_unused]] Unit u : c) ++n;
  EXPECT_EQ(n, 5);
}

TEST_P(ChanTest, ForeignThreadsMayUseChannels) {
  auto there = make_chan<int>();
  auto back = make_chan<int>(2);
  std::thread thread([=] {
    for (int v : there) back.send(v + 1);
    back.close();
  });
  go([there] {
    for (int i = 0; i < 100; ++i) there.send(i);
    there.close();
  });
  int want = 1;
  for (int v : back) EXPECT_EQ(v, want++);
  EXPECT_EQ(want, 101);
  thread.join();
}

TEST_P(ChanTest, EveryValueArrivesOnce) {
  std::mt19937_64 random(seed());
  for (const std::ptrdiff_t capacity : {0, 1, 2, 7, 64}) {
    constexpr int kSenders = 5;
    constexpr int kReceivers = 4;
    constexpr int kEach = 400;
    auto c = make_chan<uint64_t>(capacity);
    std::atomic<uint64_t> sum{0};
    std::atomic<int> count{0};
    WaitGroup senders;
    WaitGroup receivers;
    for (int s = 0; s < kSenders; ++s) {
      senders.go([&, c, local = random()]() mutable {
        for (int i = 0; i < kEach; ++i) {
          if ((local = local * 6364136223846793005u + 1442695040888963407u) >> 62 == 0) yield();
          c.send(static_cast<uint64_t>(i) + 1);
        }
      });
    }
    for (int r = 0; r < kReceivers; ++r) {
      receivers.go([&, c] {
        for (uint64_t v : c) {
          sum += v;
          ++count;
        }
      });
    }
    senders.wait();
    c.close();
    receivers.wait();
    EXPECT_EQ(count, kSenders * kEach) << "capacity " << capacity;
    EXPECT_EQ(sum, uint64_t{kSenders} * kEach * (kEach + 1) / 2) << "capacity " << capacity;
  }
}

TEST_P(ChanTest, OneSenderToOneReceiverKeepsOrder) {
  for (const std::ptrdiff_t capacity : {0, 1, 3, 100}) {
    auto c = make_chan<int>(capacity);
    go([c] {
      for (int i = 0; i < 3000; ++i) c.send(i);
      c.close();
    });
    int want = 0;
    for (int v : c) ASSERT_EQ(v, want++);
    EXPECT_EQ(want, 3000);
  }
}

// A chain of filters, Go's classic: each goroutine waits for two others.
TEST_P(ChanTest, PrimeSieve) {
  Chan<int> source = make_chan<int>();
  auto quit = make_chan<Unit>();
  WaitGroup wg;
  wg.go([=] {
    for (int i = 2; select(send(source, i), recv(quit)) == 0; ++i) {
    }
  });
  Chan<int> stage = source;
  int prime = 0;
  for (int n = 0; n < 50; ++n) {
    prime = *stage.recv();
    auto next = make_chan<int>();
    wg.go([=] {
      int v;
      for (;;) {
        if (select(recv(stage, v), recv(quit)) == 1) return;
        if (v % prime != 0 && select(send(next, v), recv(quit)) == 1) return;
      }
    });
    stage = next;
  }
  EXPECT_EQ(prime, 229);
  quit.close();
  wg.wait();
}

}  // namespace
}  // namespace gorace
