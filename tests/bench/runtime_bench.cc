// The scheduler's own costs, below channels and locks: what a hand-over, a yield, a goroutine's life take.
// runtime_works.cc has the works that are compared with Go.
//
// 2-core AMD EPYC, shared and busy machine, clang 19 -O2, GOMAXPROCS=2, medians of 7 of the processor time, nanoseconds:
//   bare switch 10, spawn+join 85, spawn in batches of 100: 57, of 10,000: 118, yield alone 9, of 2: 17, of 100: 25,
//   park/ready round trip 57, with main 58; 10,000 sleepers of 1 ms: 6.9 ms of wall time.
// (The bare switch looks slow: its two call sites defeat the return predictor, which the scheduler's one does not.)
#include <benchmark/benchmark.h>
#include <gorace/go.h>
#include <gorace/time.h>

#include "runtime/arch/context.h"
#include "runtime/sched/sched.h"
#include "tests/unit/sched/join.h"

namespace {

using gorace::testing::Join;
using gorace::testing::Turn;

// Two stacks that switch to each other, nothing else: the floor.
void* g_main_sp;
void* g_other_sp;
void other_side(void*) {
  for (;;) gorace::runtime::gorace_switch_stack(&g_other_sp, g_main_sp, nullptr);
}

void BareSwitch(benchmark::State& state) {
  alignas(16) static char stack[16 << 10];
  g_other_sp = gorace::runtime::prepare_stack(reinterpret_cast<uintptr_t>(stack + sizeof stack), other_side);
  while (state.KeepRunningBatch(2)) gorace::runtime::gorace_switch_stack(&g_main_sp, g_other_sp, nullptr);
}
BENCHMARK(BareSwitch)->UseRealTime();

void SpawnJoin(benchmark::State& state) {
  for (auto _ : state) {
    Join one(1);
    gorace::go([&one] { one.done(); });
    one.wait();
  }
}
BENCHMARK(SpawnJoin)->UseRealTime();

// SpawnBatch: time per goroutine.
void SpawnBatch(benchmark::State& state) {
  const auto batch = static_cast<int>(state.range(0));
  while (state.KeepRunningBatch(batch)) {
    Join all(batch);
    for (int i = 0; i < batch; ++i) gorace::go([&all] { all.done(); });
    all.wait();
  }
}
BENCHMARK(SpawnBatch)->Arg(100)->Arg(10'000)->UseRealTime();

void YieldAlone(benchmark::State& state) {
  for (auto _ : state) gorace::yield();
}
BENCHMARK(YieldAlone)->UseRealTime();

// Yield: time per yield of `goroutines` that do nothing else.
void Yield(benchmark::State& state) {
  const auto goroutines = static_cast<int>(state.range(0));
  constexpr int kYields = 10'000;
  while (state.KeepRunningBatch(goroutines * kYields)) {
    Join all(goroutines);
    for (int g = 0; g < goroutines; ++g) {
      gorace::go([&all] {
        for (int i = 0; i < kYields; ++i) gorace::yield();
        all.done();
      });
    }
    all.wait();
  }
}
BENCHMARK(Yield)->Arg(2)->Arg(100)->UseRealTime();

// PingPong: a round trip between two goroutines by park and ready.
void PingPong(benchmark::State& state) {
  constexpr int kRounds = 10'000;
  while (state.KeepRunningBatch(kRounds)) {
    Turn there;
    Turn back;
    Join both(2);
    gorace::go([&] {
      for (int i = 0; i < kRounds; ++i) {
        there.take();
        back.give();
      }
      both.done();
    });
    gorace::go([&] {
      for (int i = 0; i < kRounds; ++i) {
        there.give();
        back.take();
      }
      both.done();
    });
    both.wait();
  }
}
BENCHMARK(PingPong)->UseRealTime();

// The same with main on one side: a goroutine that runs on main's thread and main hand over directly.
void PingPongWithMain(benchmark::State& state) {
  Turn there;
  Turn back;
  bool stop = false;
  Join one(1);
  gorace::go([&] {
    for (;;) {
      there.take();
      if (stop) break;
      back.give();
    }
    one.done();
  });
  for (auto _ : state) {
    there.give();
    back.take();
  }
  stop = true;
  there.give();
  one.wait();
}
BENCHMARK(PingPongWithMain)->UseRealTime();

// Sleepers: all of `goroutines` sleep 1 ms at once.
void Sleepers(benchmark::State& state) {
  const auto goroutines = static_cast<int>(state.range(0));
  for (auto _ : state) {
    Join all(goroutines);
    for (int g = 0; g < goroutines; ++g) {
      gorace::go([&all] {
        gorace::sleep(std::chrono::milliseconds(1));
        all.done();
      });
    }
    all.wait();
  }
}
BENCHMARK(Sleepers)->Arg(10'000)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
