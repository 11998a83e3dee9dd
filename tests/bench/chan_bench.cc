// Channels and locks one operation at a time; the works that have a twin in Go are in runtime_works.cc.
#include <benchmark/benchmark.h>
#include <gorace/gorace.h>

#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

namespace {

using gorace::make_chan;

template <class T>
void BufferedSendRecv(benchmark::State& state) {
  auto c = make_chan<T>(16);
  T value{};
  for (auto _ : state) {
    c.send(std::move(value));
    c >> value;
  }
}
BENCHMARK(BufferedSendRecv<int>);
BENCHMARK(BufferedSendRecv<std::string>);

void TryRecvEmpty(benchmark::State& state) {
  auto c = make_chan<int>(16);
  for (auto _ : state) benchmark::DoNotOptimize(c.try_recv());
}
BENCHMARK(TryRecvEmpty);

void MakeChan(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(make_chan<int>(state.range(0)));
}
BENCHMARK(MakeChan)->Arg(0)->Arg(128);

// All cases ready, or none but `otherwise`: the price of a poll by the number of cases.
void SelectReady(benchmark::State& state) {
  std::vector<gorace::Chan<int>> channels;
  std::vector<gorace::AnyCase> cases;
  int value;
  for (int i = 0; i < state.range(0); ++i) {
    channels.push_back(make_chan<int>());
    channels.back().close();
    cases.push_back(gorace::recv(channels.back(), value));
  }
  for (auto _ : state) benchmark::DoNotOptimize(gorace::select(cases));
}
BENCHMARK(SelectReady)->Arg(2)->Arg(8)->Arg(64);

void SelectOtherwise(benchmark::State& state) {
  auto a = make_chan<int>();
  auto b = make_chan<int>();
  for (auto _ : state) benchmark::DoNotOptimize(gorace::select(gorace::recv(a), gorace::recv(b), gorace::otherwise));
}
BENCHMARK(SelectOtherwise);

void RWMutexReadLock(benchmark::State& state) {
  gorace::RWMutex mutex;
  for (auto _ : state) std::shared_lock lock(mutex);
}
BENCHMARK(RWMutexReadLock);

void OnceDone(benchmark::State& state) {
  gorace::Once once;
  for (auto _ : state) once.call([] {});
}
BENCHMARK(OnceDone);

void SemaphorePair(benchmark::State& state) {
  gorace::Semaphore semaphore(4);
  for (auto _ : state) {
    semaphore.acquire();
    semaphore.release();
  }
}
BENCHMARK(SemaphorePair);

void ContextCancel(benchmark::State& state) {
  for (auto _ : state) {
    auto [ctx, cancel] = gorace::with_cancel(gorace::background());
    cancel();
  }
}
BENCHMARK(ContextCancel);

void ContextTreeOfTen(benchmark::State& state) {
  for (auto _ : state) {
    auto [root, cancel] = gorace::with_cancel(gorace::background());
    std::vector<gorace::CancelableContext> children;
    children.reserve(10);
    for (int i = 0; i < 10; ++i) children.push_back(gorace::with_cancel(root));
    cancel();
  }
}
BENCHMARK(ContextTreeOfTen);

}  // namespace

BENCHMARK_MAIN();
