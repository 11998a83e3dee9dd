// Channels of C++ types: move-only, without default constructor, over-aligned, throwing.
#include "tests/unit/chan/goroutine_test.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace gorace {
namespace {

class ElementTest : public GoroutineTest {};
GORACE_INSTANTIATE(ElementTest);

// Counted: knows how many are alive; may throw when copied or moved.
struct Counted {
  static inline std::atomic<int> alive{0};
  static inline std::atomic<int> throw_in{-1};  // copies and moves until one throws; negative: never

  explicit Counted(int v) : value(v) { ++alive; }
  Counted(const Counted& other) : value(other.value) {
    maybe_throw();
    ++alive;
  }
  Counted(Counted&& other) : value(other.value) {  // not noexcept
    maybe_throw();
    other.value = -1;
    ++alive;
  }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&& other) {
    value = std::exchange(other.value, -1);
    return *this;
  }
  ~Counted() { --alive; }

  static void maybe_throw() {
    if (throw_in >= 0 && throw_in-- == 0) throw std::runtime_error("no copy");
  }

  int value;
};

// The same with a noexcept move: kept in place.
struct Steady {
  static inline std::atomic<int> alive{0};
  explicit Steady(int v) : value(v) { ++alive; }
  Steady(Steady&& other) noexcept : value(std::exchange(other.value, -1)) { ++alive; }
  Steady& operator=(Steady&& other) noexcept {
    value = std::exchange(other.value, -1);
    return *this;
  }
  ~Steady() { --alive; }
  int value;
};

template <class T>
void pass_through(std::ptrdiff_t capacity) {
  auto c = make_chan<T>(capacity);
  go([c] {
    for (int i = 0; i < 200; ++i) c.send(T(i));
    c.close();
  });
  int want = 0;
  for (T& v : c) ASSERT_EQ(v.value, want++);
  EXPECT_EQ(want, 200);
}

TEST_P(ElementTest, EveryObjectIsDestroyedOnce) {
  for (const std::ptrdiff_t capacity : {0, 1, 8}) {
    pass_through<Counted>(capacity);
    pass_through<Steady>(capacity);
  }
  EXPECT_TRUE(eventually([] { return Counted::alive == 0 && Steady::alive == 0; }));
}

TEST_P(ElementTest, WhatIsLeftInTheBufferIsDestroyedWithTheChannel) {
  {
    auto a = make_chan<Counted>(4);
    auto b = make_chan<Steady>(4);
    for (int i = 0; i < 3; ++i) {
      a.send(Counted(i));
      b.send(Steady(i));
    }
    a.recv();
    b.recv();
    EXPECT_EQ(Counted::alive, 2);
    EXPECT_EQ(Steady::alive, 2);
  }
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(Steady::alive, 0);
}

TEST_P(ElementTest, MoveOnlyValuesPass) {
  auto c = make_chan<std::unique_ptr<std::string>>();
  go([c] { c.send(std::make_unique<std::string>("hello")); });
  auto got = c.recv();
  ASSERT_TRUE(got && *got);
  EXPECT_EQ(**got, "hello");
}

TEST_P(ElementTest, FailedTrySendLeavesAnRvalueAlone) {
  auto c = make_chan<std::unique_ptr<int>>(1);
  c.send(std::make_unique<int>(1));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(c.try_send(std::move(second)));
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, 2);
  c.recv();
  EXPECT_TRUE(c.try_send(std::move(second)));
  EXPECT_FALSE(second);

  auto boxed = make_chan<Counted>(1);
  boxed.send(Counted(1));
  Counted kept(2);
  EXPECT_FALSE(boxed.try_send(std::move(kept)));
  EXPECT_EQ(kept.value, 2);
}

TEST_P(ElementTest, SendOnClosedLeavesAnRvalueAlone) {
  auto c = make_chan<std::unique_ptr<int>>();
  c.close();
  auto value = std::make_unique<int>(2);
  EXPECT_EQ(panic_text([&] { c.send(std::move(value)); }), "send on closed channel");
  EXPECT_TRUE(value);
}

TEST_P(ElementTest, ThrowingCopyLeavesTheChannelAsItWas) {
  auto c = make_chan<Counted>(2);
  const Counted value(7);
  c.send(value);
  for (const int step : {0, 1}) {  // in the copy; in the move into the channel
    Counted::throw_in = step;
    EXPECT_THROW(c.send(value), std::runtime_error);
    Counted::throw_in = -1;
    EXPECT_EQ(c.len(), 1u);
  }
  c.send(value);
  EXPECT_EQ(c.recv()->value, 7);
  EXPECT_EQ(c.recv()->value, 7);
}

TEST_P(ElementTest, ThrowingMoveOutLosesThatValueOnly) {
  auto c = make_chan<Counted>(2);
  c.send(Counted(1));
  c.send(Counted(2));
  Counted::throw_in = 0;
  EXPECT_THROW(c.recv(), std::runtime_error);
  Counted::throw_in = -1;
  EXPECT_EQ(c.recv()->value, 2);
  EXPECT_EQ(c.len(), 0u);
}

TEST_P(ElementTest, ThrowingCopyOfAWaitingSenderReachesOnlyTheSender) {
  auto c = make_chan<Counted>();
  auto thrown = make_chan<bool>(1);
  Counted::throw_in = 1;
  go([=] {
    const Counted value(3);
    try {
      c.send(value);
      thrown.send(false);
    } catch (const std::runtime_error&) {
      thrown.send(true);
    }
  });
  EXPECT_EQ(thrown.recv(), true);
  Counted::throw_in = -1;
  go([=] { c.send(Counted(4)); });
  EXPECT_EQ(c.recv()->value, 4);
}

template <size_t kBytes>
struct Block {
  std::array<unsigned char, kBytes> bytes;
};

template <size_t kBytes>
void pass_blocks() {
  for (const std::ptrdiff_t capacity : {0, 3}) {
    auto c = make_chan<Block<kBytes>>(capacity);
    go([c] {
      for (int i = 0; i < 20; ++i) {
        Block<kBytes> block;
        for (size_t b = 0; b < kBytes; ++b) block.bytes[b] = static_cast<unsigned char>(i + b);
        c.send(block);
      }
      c.close();
    });
    int i = 0;
    for (auto& block : c) {
      for (size_t b = 0; b < kBytes; ++b) ASSERT_EQ(block.bytes[b], static_cast<unsigned char>(i + b));
      ++i;
    }
    EXPECT_EQ(i, 20);
  }
}

TEST_P(ElementTest, EverySizeIsCopiedWhole) {
  pass_blocks<1>();
  pass_blocks<2>();
  pass_blocks<3>();
  pass_blocks<4>();
  pass_blocks<7>();
  pass_blocks<8>();
  pass_blocks<13>();
  pass_blocks<16>();
  pass_blocks<64>();
  pass_blocks<1000>();
}

TEST_P(ElementTest, OverAlignedElementsStayAligned) {
  struct alignas(128) Wide {
    explicit Wide(int v) : value(v) { EXPECT_EQ(reinterpret_cast<uintptr_t>(this) % 128, 0u); }
    Wide(Wide&& other) noexcept : value(other.value) { EXPECT_EQ(reinterpret_cast<uintptr_t>(this) % 128, 0u); }
    Wide& operator=(Wide&&) = default;
    int value;
  };
  auto c = make_chan<Wide>(3);
  for (int i = 0; i < 3; ++i) c.send(Wide(i));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(c.recv()->value, i);
}

TEST_P(ElementTest, ChannelsOfChannelsAndFunctions) {
  auto replies = make_chan<Chan<int>>();
  go([replies] { replies.recv()->send(5); });
  auto reply = make_chan<int>();
  replies.send(reply);
  EXPECT_EQ(reply.recv(), 5);

  auto jobs = make_chan<std::function<int()>>(1);
  jobs.send([] { return 6; });
  std::function<int()> job;
  select(recv(jobs, job));
  EXPECT_EQ(job(), 6);
}

}  // namespace
}  // namespace gorace
