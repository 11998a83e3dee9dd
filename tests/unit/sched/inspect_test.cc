// What dumps, profiles and the leak check ask: who lives, where is it, stop meanwhile. And memory after a peak.
#include <gorace/go.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "runtime/sched/sanitizer.h"
#include "runtime/stack/stack_pool.h"
#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

class Inspect : public AtEachProcs {};
GORACE_AT_EACH_PROCS(Inspect);

std::vector<runtime::G*> list_goroutines() {
  std::vector<runtime::G*> found;
  found.reserve(1000);  // no allocation while the world is stopped
  runtime::for_each_goroutine(
      [](runtime::G* g, void* list) { static_cast<std::vector<runtime::G*>*>(list)->push_back(g); }, &found,
      /*stop_the_world=*/true);
  return found;
}

TEST_P(Inspect, ListsEveryGoroutineMainFirstThenById) {
  constexpr int kGoroutines = 50;
  Join all(kGoroutines);
  std::vector<Turn> turns(kGoroutines);
  std::atomic<int> started{0};
  for (int g = 0; g < kGoroutines; ++g) {
    go([&, g] {
      started.fetch_add(1);
      turns[g].take();
      all.done();
    });
  }
  wait_until([&] { return started.load() == kGoroutines; });
  const std::vector<runtime::G*> found = list_goroutines();
  ASSERT_EQ(found.size(), kGoroutines + 1u);
  EXPECT_EQ(found[0]->kind, runtime::GKind::kMain);
  EXPECT_EQ(found[0]->id, 1u);
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), [](auto* a, auto* b) { return a->id < b->id; }));
  for (Turn& turn : turns) turn.give();
  all.wait();
}

// Addresses of a function that is not inlined: from its first instruction on, for a while.
[[gnu::noinline]] void wait_here(Turn& turn) {
  turn.take();
  asm volatile("");
}
[[gnu::noinline]] void spin_here(std::atomic<bool>& stop) {
  while (!stop.load(std::memory_order_relaxed)) {
  }
}

bool passes_through(const uintptr_t* pcs, int count, uintptr_t function) {
  return std::any_of(pcs, pcs + count, [&](uintptr_t pc) { return pc > function && pc < function + 512; });
}

TEST_P(Inspect, CapturesAParkedGoroutine) {
  Turn turn;
  Join one(1);
  std::atomic<runtime::G*> parked{nullptr};
  go([&] {
    parked.store(runtime::current_g());
    wait_here(turn);
    one.done();
  });
  wait_until([&] { return parked.load() != nullptr && parked.load()->status.load() == runtime::GStatus::kWaiting; });
  struct Captured {
    runtime::G* wanted;
    uintptr_t pcs[64];
    int count = 0;
  } captured{parked.load(), {}, 0};
  runtime::for_each_goroutine(
      [](runtime::G* g, void* argument) {
        auto* captured = static_cast<Captured*>(argument);
        if (g == captured->wanted) captured->count = runtime::capture_stack(g, captured->pcs, 64);
      },
      &captured, true);
  EXPECT_TRUE(passes_through(captured.pcs, captured.count, reinterpret_cast<uintptr_t>(&wait_here)));
  turn.give();
  one.wait();
}

TEST_P(Inspect, CapturesARunningGoroutine) {
  std::atomic<bool> stop{false};
  Join one(1);
  std::atomic<runtime::G*> running{nullptr};
  // From another thread: with one processor this test's goroutine could not run beside the other.
  int count = 0;
  uintptr_t pcs[64];
  std::thread asker([&] {
    while (running.load() == nullptr) std::this_thread::yield();
    while (count == 0 || !passes_through(pcs, count, reinterpret_cast<uintptr_t>(&spin_here))) {
      count = runtime::capture_stack(running.load(), pcs, 64);
    }
    stop.store(true);
  });
  go([&] {
    running.store(runtime::current_g());
    spin_here(stop);
    one.done();
  });
  one.wait();
  asker.join();
  EXPECT_GT(count, 0);
}

[[gnu::noinline]] int capture_own(uintptr_t* pcs) {
  const int count = runtime::capture_stack(runtime::current_g(), pcs, 64);
  asm volatile("");
  return count;
}

TEST_P(Inspect, CapturesTheCaller) {
  uintptr_t pcs[64];
  EXPECT_TRUE(passes_through(pcs, capture_own(pcs), reinterpret_cast<uintptr_t>(&capture_own)));
  Join one(1);
  go([&] {
    uintptr_t own[64];
    const int count = capture_own(own);
    EXPECT_TRUE(passes_through(own, count, reinterpret_cast<uintptr_t>(&capture_own)));
    EXPECT_LT(count, 20);  // and ends at the root
    one.done();
  });
  one.wait();
}

TEST_P(Inspect, StoppedWorldDoesNotSwitchGoroutines) {
  std::atomic<int> progress{0};
  std::atomic<bool> stop{false};
  constexpr int kGoroutines = 20;
  Join all(kGoroutines);
  for (int g = 0; g < kGoroutines; ++g) {
    go([&] {
      while (!stop.load()) {
        progress.fetch_add(1);
        yield();
      }
      all.done();
    });
  }
  for (int i = 0; i < 50; ++i) {
    yield();
    struct Look {
      std::atomic<int>* progress;
      int first = -1;
      int last = -1;
    } look{&progress};
    runtime::for_each_goroutine(
        [](runtime::G*, void* argument) {
          auto* look = static_cast<Look*>(argument);
          if (look->first < 0) look->first = look->progress->load();
          for (int spin = 0; spin < 300; ++spin) {
            asm volatile("");
          }
          look->last = look->progress->load();
        },
        &look, true);
    // One that runs may reach its next scheduling point, no further.
    EXPECT_LE(look.last - look.first, GetParam() + 1);
  }
  stop.store(true);
  all.wait();
}

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stol(line.substr(6));
  }
  return -1;
}

TEST_P(Inspect, MemoryIsReturnedAfterAPeak) {
  constexpr int kGoroutines = 20'000;
  Join all(kGoroutines);
  std::vector<Turn> turns(kGoroutines);
  std::atomic<int> started{0};
  for (int g = 0; g < kGoroutines; ++g) {
    go([&, g] {
      started.fetch_add(1, std::memory_order_relaxed);
      turns[g].take();
      all.done();
    });
  }
  wait_until([&] { return started.load() == kGoroutines; });  // until then some have no stacks yet
  const long peak = resident_kib();
  for (Turn& turn : turns) turn.give();
  all.wait();
  wait_until([] { return num_goroutine() == 1; });
  runtime::release_idle_stacks(/*release_all=*/true);
  EXPECT_EQ(runtime::stack_stats().hot, 0u);
  EXPECT_GE(runtime::stack_stats().cold, kGoroutines - 64u * (GetParam() + 8));
  // A page a goroutine, less what the processors keep cached.
  if (!runtime::kThreadSanitizer && !runtime::kAddressSanitizer) {
    EXPECT_LT(resident_kib(), peak - kGoroutines * 3L);
  }
  // And the stacks serve again.
  Join again(kGoroutines);
  for (int g = 0; g < kGoroutines; ++g) go([&] { again.done(); });
  again.wait();
}

TEST_P(Inspect, IdleStacksAreThoseNotNeededSinceTheLastLook) {
  runtime::release_idle_stacks(true);
  constexpr int kGoroutines = 2'000;
  Join all(kGoroutines);
  for (int g = 0; g < kGoroutines; ++g) go([&] { all.done(); });
  all.wait();
  // Nobody takes one any more: each look finds idle what the look before found free.
  wait_until([] {
    runtime::release_idle_stacks(false);
    return runtime::stack_stats().hot == 0;
  });
}

}  // namespace
}  // namespace gorace::testing
