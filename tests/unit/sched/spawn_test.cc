#include <gorace/go.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/stack/stack_pool.h"
#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

class Spawn : public AtEachProcs {};
GORACE_AT_EACH_PROCS(Spawn);

TEST_P(Spawn, RunsEveryOneOf100kGoroutines) {
  constexpr int kCount = 100'000;
  std::atomic<int> ran{0};
  Join all(kCount);
  for (int i = 0; i < kCount; ++i) {
    go([&] {
      ran.fetch_add(1, std::memory_order_relaxed);
      all.done();
    });
  }
  all.wait();
  EXPECT_EQ(ran.load(), kCount);
}

TEST_P(Spawn, JoinsOneByOne) {
  int sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    Join one(1);
    go([&, i] {
      sum += i;
      one.done();
    });
    one.wait();
  }
  EXPECT_EQ(sum, 49'995'000);
}

TEST_P(Spawn, GoroutinesSpawnGoroutines) {
  constexpr int kDepth = 12;
  std::atomic<int> leaves{0};
  Join all(1 << kDepth);
  struct Tree {
    static void grow(int depth, std::atomic<int>* leaves, Join* all) {
      if (depth == 0) {
        leaves->fetch_add(1);
        all->done();
        return;
      }
      go(grow, depth - 1, leaves, all);
      go(grow, depth - 1, leaves, all);
    }
  };
  go(Tree::grow, kDepth, &leaves, &all);
  all.wait();
  EXPECT_EQ(leaves.load(), 1 << kDepth);
}

// Counted: how often it was copied and moved.
struct Counted {
  explicit Counted(int* copies, int* moves) : copies(copies), moves(moves) {}
  Counted(const Counted& other) : copies(other.copies), moves(other.moves) { ++*copies; }
  Counted(Counted&& other) noexcept : copies(other.copies), moves(other.moves) { ++*moves; }
  void operator()() const {}
  int* copies;
  int* moves;
};

TEST_P(Spawn, CopiesOrMovesTheClosureExactlyOnce) {
  int copies = 0;
  int moves = 0;
  Join both(2);
  Counted counted(&copies, &moves);
  go([&both](const Counted&) { both.done(); }, counted);
  EXPECT_EQ(copies, 1);
  EXPECT_EQ(moves, 0);
  go([&both](const Counted&) { both.done(); }, std::move(counted));
  EXPECT_EQ(copies, 1);
  EXPECT_EQ(moves, 1);
  both.wait();
}

TEST_P(Spawn, PassesMoveOnlyArgumentsAndDestroysThem) {
  auto shared = std::make_shared<int>(7);
  std::weak_ptr<int> watch = shared;
  Join one(1);
  int seen = 0;
  go(
      [&](std::unique_ptr<int> value, const std::shared_ptr<int>& other) {
        seen = *value + *other;
        one.done();
      },
      std::make_unique<int>(35), std::move(shared));
  one.wait();
  EXPECT_EQ(seen, 42);
  wait_until([&] { return watch.expired(); });
}

TEST_P(Spawn, EvaluatesArgumentsAtTheCall) {
  Join one(1);
  std::string text = "before";
  std::string seen;
  go(
      [&](const std::string& argument) {
        seen = argument;
        one.done();
      },
      text);
  text = "after";
  one.wait();
  EXPECT_EQ(seen, "before");
}

TEST_P(Spawn, KeepsAlignmentAndBigClosures) {
  struct alignas(64) Big {
    char bytes[200'000];
  };
  auto big = std::make_unique<Big>();
  for (size_t i = 0; i < sizeof big->bytes; ++i) big->bytes[i] = static_cast<char>(i);
  Join one(1);
  bool aligned = false;
  bool equal = false;
  go([copy = *big, &big, &one, &aligned, &equal] {
    aligned = reinterpret_cast<uintptr_t>(&copy) % 64 == 0;
    equal = std::equal(copy.bytes, copy.bytes + sizeof copy.bytes, big->bytes);
    one.done();
  });
  one.wait();
  EXPECT_TRUE(aligned);
  EXPECT_TRUE(equal);
}

struct ThrowsOnCopy {
  ThrowsOnCopy() = default;
  ThrowsOnCopy(const ThrowsOnCopy&) { throw std::string("no copy"); }
  void operator()() const {}
};

TEST_P(Spawn, ThrowingCopyStartsNothing) {
  const size_t before = num_goroutine();
  ThrowsOnCopy function;
  EXPECT_THROW(go(function), std::string);
  EXPECT_EQ(num_goroutine(), before);
}

TEST_P(Spawn, CountsGoroutines) {
  const size_t before = num_goroutine();
  Turn turn;
  Join one(1);
  go([&] {
    turn.take();
    one.done();
  });
  EXPECT_EQ(num_goroutine(), before + 1);
  turn.give();
  one.wait();
}

TEST_P(Spawn, NamesAndIds) {
  Join two(2);
  std::string names[2];
  uint64_t ids[2] = {};
  for (int i = 0; i < 2; ++i) {
    go({.name = i == 0 ? "first" : "a name of more than thirty-one characters"}, [&, i] {
      names[i] = runtime::current_g()->name;
      ids[i] = goroutine_id();
      two.done();
    });
  }
  two.wait();
  EXPECT_EQ(names[0], "first");
  EXPECT_EQ(names[1], "a name of more than thirty-one ");
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_GT(ids[0], 1u);
  EXPECT_EQ(goroutine_id(), 1u);
}

TEST_P(Spawn, RecordsItsCreator) {
  Join one(1);
  uint64_t creator = 0;
  int frames = 0;
  go([&] {
    creator = runtime::current_g()->creator_id;
    frames = runtime::current_g()->creation_pc_count;
    one.done();
  });
  one.wait();
  EXPECT_EQ(creator, goroutine_id());
  EXPECT_GT(frames, 0);
}

// use_stack touches about `bytes` of stack.
[[gnu::noinline]] int use_stack(size_t bytes) {
  volatile char block[1024];
  block[0] = static_cast<char>(bytes);
  return bytes <= sizeof block ? block[0] : use_stack(bytes - sizeof block) + block[0];
}

TEST_P(Spawn, StackOptionGivesThatMuchStack) {
  for (const size_t bytes : {size_t{20} << 10, size_t{1} << 20, size_t{16} << 20}) {
    Join one(1);
    go({.stack = bytes}, [&] {
      use_stack(bytes / 2);
      EXPECT_GE(runtime::stack_bytes(runtime::current_g()), bytes);
      one.done();
    });
    one.wait();
  }
}

TEST_P(Spawn, AbsurdStackSizePanics) {
  try {
    go({.stack = size_t{1} << 50}, [] {});
    FAIL() << "no panic";
  } catch (const Panic& panic) {
    EXPECT_NE(std::string(panic.what()).find("stack size of 1125899906842624 bytes is out of range"), std::string::npos)
        << panic.what();
  }
}

TEST_P(Spawn, GoexitRunsDestructors) {
  Join one(1);
  struct Done {
    Join* join;
    ~Done() { join->done(); }
  };
  bool reached = false;
  go([&] {
    Done done{&one};
    goexit();
    reached = true;
  });
  one.wait();
  EXPECT_FALSE(reached);
}

}  // namespace
}  // namespace gorace::testing
