// Context: Go's semantics (compare Go's context/x_test.go).
#include <gorace/gorace.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/chan/goroutine_test.h"

namespace gorace {
namespace {

using namespace std::chrono_literals;

class ContextTest : public GoroutineTest {};
GORACE_INSTANTIATE(ContextTest);

bool is_done(const Context& ctx) {
  bool closed = false;
  ctx.done().try_recv(&closed);
  return closed;
}

TEST_P(ContextTest, BackgroundNeverEnds) {
  const Context ctx = background();
  EXPECT_FALSE(ctx.done());  // the nil channel
  EXPECT_FALSE(ctx.err());
  EXPECT_FALSE(ctx.deadline());
  EXPECT_FALSE(todo().err());
}

TEST_P(ContextTest, CancelEndsTheContextAndItsDescendants) {
  auto [ctx, cancel] = with_cancel(background());
  auto [child, cancel_child] = with_cancel(ctx);
  auto [grandchild, cancel_grandchild] = with_timeout(child, 1h);
  EXPECT_FALSE(ctx.err());
  EXPECT_FALSE(is_done(grandchild));
  cancel();
  for (const Context& one : {ctx, child, grandchild}) {
    EXPECT_EQ(one.err(), ContextErrc::kCanceled);
    EXPECT_EQ(one.err().message(), "context canceled");
    EXPECT_TRUE(is_done(one));
  }
  cancel();  // again: nothing
}

TEST_P(ContextTest, CancelDoesNotReachUpwards) {
  auto [ctx, cancel] = with_cancel(background());
  auto [child, cancel_child] = with_cancel(ctx);
  auto [sibling, cancel_sibling] = with_cancel(ctx);
  cancel_child();
  EXPECT_TRUE(is_done(child));
  EXPECT_FALSE(ctx.err());
  EXPECT_FALSE(sibling.err());
}

TEST_P(ContextTest, CancelIsRaii) {
  Context ctx;
  {
    auto [inner, cancel] = with_cancel(background());
    ctx = inner;
    EXPECT_FALSE(ctx.err());
  }
  EXPECT_EQ(ctx.err(), ContextErrc::kCanceled);
  Context kept;
  {
    auto [inner, cancel] = with_cancel(background());
    kept = inner;
    std::move(cancel).release();
  }
  EXPECT_FALSE(kept.err());
}

TEST_P(ContextTest, ChildOfAnEndedContextHasEnded) {
  auto [ctx, cancel] = with_cancel(background());
  cancel(std::make_exception_ptr(std::runtime_error("why")));
  auto [child, cancel_child] = with_cancel(ctx);
  EXPECT_EQ(child.err(), ContextErrc::kCanceled);
  EXPECT_TRUE(is_done(child));
  EXPECT_THROW(std::rethrow_exception(child.cause()), std::runtime_error);
}

TEST_P(ContextTest, DeadlineEndsTheContext) {
  auto [ctx, cancel] = with_timeout(background(), 2ms);
  ASSERT_TRUE(ctx.deadline());
  auto [child, cancel_child] = with_cancel(ctx);
  EXPECT_EQ(child.deadline(), ctx.deadline());
  EXPECT_FALSE(child.done().recv());
  EXPECT_EQ(child.err(), ContextErrc::kDeadlineExceeded);
  EXPECT_EQ(ctx.err().message(), "context deadline exceeded");
  EXPECT_GE(std::chrono::steady_clock::now(), *ctx.deadline());
  auto [past, cancel_past] = with_timeout(background(), -1s);
  EXPECT_EQ(past.err(), ContextErrc::kDeadlineExceeded);
  auto [far, cancel_far] = with_timeout(background(), std::chrono::nanoseconds::max());
  EXPECT_FALSE(far.err());
}

TEST_P(ContextTest, TheEarlierDeadlineCounts) {
  auto [ctx, cancel] = with_timeout(background(), 1h);
  auto [later, cancel_later] = with_timeout(ctx, 2h);
  EXPECT_EQ(later.deadline(), ctx.deadline());
  auto [sooner, cancel_sooner] = with_timeout(ctx, 1min);
  EXPECT_LT(*sooner.deadline(), *ctx.deadline());
}

TEST_P(ContextTest, CauseIsTheFirstOne) {
  auto [ctx, cancel] = with_cancel_cause(background());
  EXPECT_FALSE(ctx.cause());
  auto [child, cancel_child] = with_cancel(ctx);
  cancel(std::make_exception_ptr(std::runtime_error("disk full")));
  cancel(std::make_exception_ptr(std::logic_error("late")));
  EXPECT_THROW(std::rethrow_exception(ctx.cause()), std::runtime_error);
  EXPECT_THROW(std::rethrow_exception(child.cause()), std::runtime_error);
  EXPECT_EQ(ctx.err(), ContextErrc::kCanceled);
  auto [plain, cancel_plain] = with_cancel(background());
  cancel_plain();
  try {
    std::rethrow_exception(plain.cause());
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), ContextErrc::kCanceled);
  }
}

constexpr ContextKey<std::string> kUser;
constexpr ContextKey<std::string> kOther;
constexpr ContextKey<int> kNumber;

TEST_P(ContextTest, DeadlineHasTheCauseThatItWasGiven) {
  const std::exception_ptr too_slow = std::make_exception_ptr(std::runtime_error("too slow"));
  auto [ctx, cancel] = with_timeout_cause(background(), std::chrono::nanoseconds(1), too_slow);
  auto [child, cancel_child] = with_cancel(ctx);
  child.done().recv();
  EXPECT_EQ(ctx.err(), ContextErrc::kDeadlineExceeded);
  EXPECT_EQ(ctx.cause(), too_slow);
  EXPECT_EQ(child.cause(), too_slow);
  auto [late, cancel_late] = with_deadline_cause(background(), Context::Clock::time_point::max(), too_slow);
  cancel_late();
  EXPECT_EQ(late.err(), ContextErrc::kCanceled);
  EXPECT_NE(late.cause(), too_slow);
}

TEST_P(ContextTest, ValuesAreFoundUpwards) {
  const Context outer = with_value(background(), kUser, "anna");
  auto [middle, cancel] = with_cancel(outer);
  const Context inner = with_value(with_value(middle, kNumber, 7), kUser, "ben");
  ASSERT_NE(inner.value(kUser), nullptr);
  EXPECT_EQ(*inner.value(kUser), "ben");
  EXPECT_EQ(*inner.value(kNumber), 7);
  EXPECT_EQ(*middle.value(kUser), "anna");
  EXPECT_EQ(inner.value(kOther), nullptr);
  EXPECT_EQ(background().value(kUser), nullptr);
  cancel();
  EXPECT_EQ(inner.err(), ContextErrc::kCanceled);  // a value's context ends with the one above it
}

TEST_P(ContextTest, WithoutCancelKeepsValuesOnly) {
  const Context outer = with_value(background(), kUser, "anna");
  auto [ctx, cancel] = with_timeout(outer, 1h);
  const Context detached = without_cancel(ctx);
  auto [child, cancel_child] = with_cancel(detached);
  cancel();
  EXPECT_FALSE(detached.err());
  EXPECT_FALSE(detached.done());
  EXPECT_FALSE(detached.deadline());
  EXPECT_FALSE(child.err());
  EXPECT_EQ(*detached.value(kUser), "anna");
}

TEST_P(ContextTest, AfterFuncRunsOnceUnlessStopped) {
  auto [ctx, cancel] = with_cancel(background());
  auto ran = make_chan<int>(4);
  after_func(ctx, [ran] { ran.send(1); });
  AfterFunc stopped = after_func(ctx, [ran] { ran.send(2); });
  EXPECT_TRUE(stopped.stop());
  EXPECT_FALSE(stopped.stop());
  EXPECT_FALSE(ran.try_recv());
  cancel();
  EXPECT_EQ(ran.recv(), 1);
  AfterFunc late = after_func(ctx, [ran] { ran.send(3); });  // already over: at once
  EXPECT_EQ(ran.recv(), 3);
  EXPECT_FALSE(late.stop());
  AfterFunc never = after_func(background(), [] {});
  EXPECT_FALSE(never.stop());
  auto [timed, cancel_timed] = with_timeout(background(), 1ms);
  after_func(timed, [ran] { ran.send(4); });
  EXPECT_EQ(ran.recv(), 4);
}

TEST_P(ContextTest, ErrorAndDoneAgree) {
  for (int i = 0; i < 200; ++i) {
    auto [ctx, cancel] = with_cancel(background());
    const RecvChan<Unit> done = ctx.done();
    WaitGroup wg;
    wg.go([&, ctx = ctx] {
      while (!ctx.err()) yield();
      EXPECT_TRUE(is_done(ctx)) << "err() is set, done() is not closed";
    });
    wg.go([&, ctx = ctx] {
      ctx.done().recv();
      EXPECT_EQ(ctx.err(), ContextErrc::kCanceled);
    });
    yield();
    cancel();
    wg.wait();
  }
}

// Cancels from all sides while the tree grows: every context ends, nothing is lost or freed twice.
TEST_P(ContextTest, CancelRacesStress) {
  std::mt19937_64 random(seed());
  for (int round = 0; round < 60; ++round) {
    auto [root, cancel_root] = with_cancel(background());
    WaitGroup wg;
    std::atomic<int> ended{0};
    constexpr int kTasks = 8;
    for (int i = 0; i < kTasks; ++i) {
      wg.go([&, root = root, choice = random()] {
        auto [a, cancel_a] = with_timeout(root, std::chrono::microseconds(choice % 300));
        auto [b, cancel_b] = with_cancel(a);
        after_func(b, [&, c = b] {
          EXPECT_TRUE(c.err());
          ++ended;
        });
        if (choice & 1024) cancel_b();
        if (choice & 2048) yield();
        if (choice & 4096) cancel_a();
        b.done().recv();
        EXPECT_TRUE(b.err());
      });
    }
    for (uint64_t i = random() % 20; i > 0; --i) yield();
    cancel_root();
    wg.wait();
    ASSERT_TRUE(eventually([&] { return ended == kTasks; }));
  }
}

TEST_P(ContextTest, WideAndDeepTrees) {
  auto [root, cancel] = with_cancel(background());
  std::vector<CancelableContext> nodes;
  nodes.push_back(with_cancel(root));
  for (int i = 0; i < 1000; ++i) nodes.push_back(with_cancel(i % 2 == 0 ? root : nodes.back().ctx));
  cancel();
  for (const auto& node : nodes) EXPECT_EQ(node.ctx.err(), ContextErrc::kCanceled);
}

}  // namespace
}  // namespace gorace
