// The works of tests/bench/compare.sh runtime: the same programs as peers/go/runtime_test.go, written with gorace's
// public API, so that both can be timed in one call. One Google Benchmark a work; the time of an iteration means the
// same as ns/op of its Go twin.
#include <benchmark/benchmark.h>
#include <gorace/gorace.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>

namespace {

using namespace std::chrono_literals;
using gorace::make_chan;

void SpawnJoin(benchmark::State& state) {
  for (auto _ : state) {
    gorace::WaitGroup wg;
    wg.add(1);
    gorace::go([&wg] { wg.done(); });
    wg.wait();
  }
}
BENCHMARK(SpawnJoin)->UseRealTime();

void SpawnBatch10k(benchmark::State& state) {
  for (auto _ : state) {
    gorace::WaitGroup wg;
    wg.add(10'000);
    for (int i = 0; i < 10'000; ++i) gorace::go([&wg] { wg.done(); });
    wg.wait();
  }
}
BENCHMARK(SpawnBatch10k)->UseRealTime();

void Yield(benchmark::State& state) {
  while (state.KeepRunningBatch(20'000)) {
    gorace::WaitGroup wg;
    for (int goroutine = 0; goroutine < 2; ++goroutine) {
      wg.go([] {
        for (int i = 0; i < 10'000; ++i) gorace::yield();
      });
    }
    wg.wait();
  }
}
BENCHMARK(Yield)->UseRealTime();

void PingPongUnbuffered(benchmark::State& state) {
  auto there = make_chan<int>();
  auto back = make_chan<int>();
  gorace::go([=] {
    for (int v : there) back.send(v);
    back.close();
  });
  int i = 0;
  for (auto _ : state) {
    there.send(i++);
    back.recv();
  }
  there.close();
  back.recv();
}
BENCHMARK(PingPongUnbuffered)->UseRealTime();

void Buffered128(benchmark::State& state) {
  auto items = make_chan<int>(128);
  auto done = make_chan<bool>();
  gorace::go([=] {
    for ([[maybe_unused]] int v : items) {
    }
    done.send(true);
  });
  int i = 0;
  for (auto _ : state) items.send(i++);
  items.close();
  done.recv();
}
BENCHMARK(Buffered128)->UseRealTime();

void Select2(benchmark::State& state) {
  auto a = make_chan<int>();
  auto b = make_chan<int>();
  auto quit = make_chan<bool>();
  gorace::WaitGroup wg;
  wg.go([=] {
    for (int i = 0;; ++i) {
      if (gorace::select(gorace::send(i % 2 == 1 ? b : a, i), gorace::recv(quit)) == 1) return;
    }
  });
  for (auto _ : state) gorace::select(gorace::recv(a), gorace::recv(b));
  quit.close();
  wg.wait();
}
BENCHMARK(Select2)->UseRealTime();

void MutexUncontended(benchmark::State& state) {
  gorace::Mutex mutex;
  for (auto _ : state) {
    mutex.lock();
    mutex.unlock();
  }
}
BENCHMARK(MutexUncontended)->UseRealTime();

void MutexContended8(benchmark::State& state) {
  gorace::Mutex mutex;
  int64_t x = 0;
  const int64_t each = state.max_iterations / 8;  // as its Go twin: the goroutines live as long as the work
  while (state.KeepRunningBatch(state.max_iterations)) {
    gorace::WaitGroup wg;
    for (int goroutine = 0; goroutine < 8; ++goroutine) {
      wg.go([&] {
        for (int64_t i = 0; i < each; ++i) {
          mutex.lock();
          benchmark::DoNotOptimize(++x);
          mutex.unlock();
        }
      });
    }
    wg.wait();
  }
}
BENCHMARK(MutexContended8)->UseRealTime();

void WorkerPool(benchmark::State& state) {
  auto jobs = make_chan<int>(100);
  auto results = make_chan<int>(100);
  gorace::WaitGroup wg;
  for (int worker = 0; worker < 4; ++worker) {
    wg.go([=] {
      for (int job : jobs) results.send(job * 2);
    });
  }
  const int n = static_cast<int>(state.max_iterations);
  wg.go([=] {
    for (int i = 0; i < n; ++i) jobs.send(i);
    jobs.close();
  });
  for (auto _ : state) results.recv();
  wg.wait();
}
BENCHMARK(WorkerPool)->UseRealTime();

void ContextTree(benchmark::State& state) {
  for (auto _ : state) {
    auto [ctx, cancel] = gorace::with_cancel(gorace::background());
    gorace::WaitGroup wg;
    for (int child = 0; child < 10; ++child) {
      wg.add(1);
      gorace::go([&wg, ctx = ctx] {
        ctx.done().recv();
        wg.done();
      });
    }
    cancel();
    wg.wait();
  }
}
BENCHMARK(ContextTree)->UseRealTime();

void Timer10k(benchmark::State& state) {
  for (auto _ : state) {
    gorace::WaitGroup wg;
    for (int sleeper = 0; sleeper < 10'000; ++sleeper) {
      wg.add(1);
      gorace::go([&wg] {
        gorace::sleep(1ms);
        wg.done();
      });
    }
    wg.wait();
  }
}
BENCHMARK(Timer10k)->UseRealTime();

void skynet(gorace::Chan<int64_t> out, int64_t num, int64_t size, int64_t div) {
  if (size == 1) {
    out.send(num);
    return;
  }
  auto results = make_chan<int64_t>();
  for (int64_t i = 0; i < div; ++i) gorace::go(skynet, results, num + i * (size / div), size / div, div);
  int64_t sum = 0;
  for (int64_t i = 0; i < div; ++i) sum += results.recv().value();
  out.send(sum);
}

bool run_skynet() {
  auto result = make_chan<int64_t>();
  gorace::go(skynet, result, int64_t{0}, int64_t{1'000'000}, int64_t{10});
  return result.recv() == 499'999'500'000;
}

// Both sides run it once before they measure: what memory costs at its first touch is the park works' subject.
void Skynet1M(benchmark::State& state) {
  static const bool warm = run_skynet();
  bool right = warm;
  for (auto _ : state) right &= run_skynet();
  if (!right) state.SkipWithError("wrong sum");
}
BENCHMARK(Skynet1M)->UseRealTime();

// resident_bytes is what the process takes of the machine's memory: its pages and its page tables.
double resident_bytes() {
  std::ifstream status("/proc/self/status");
  double kilobytes = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:") || line.starts_with("VmPTE:"))
      kilobytes += std::stod(line.substr(line.find(':') + 1));
  }
  return kilobytes * 1024;
}

// Park: goroutines that are all alive at once, each waiting. Time and memory are for each of them, in a process that
// had none before.
void Park(benchmark::State& state) {
  const auto count = static_cast<int>(state.range(0));
  for (auto _ : state) {
    const double before = resident_bytes();
    auto gate = make_chan<gorace::Unit>();
    gorace::WaitGroup started;
    gorace::WaitGroup ended;
    started.add(count);
    ended.add(count);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
      gorace::go([&started, &ended, gate] {
        started.done();
        gate.recv();
        ended.done();
      });
    }
    started.wait();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(elapsed.count() / count);
    state.counters["bytes"] = (resident_bytes() - before) / count;
    gate.close();
    ended.wait();
  }
}
BENCHMARK(Park)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->UseManualTime()->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
