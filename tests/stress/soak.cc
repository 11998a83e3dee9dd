// soak: mixed work until the time is up, under a watchdog. A worker that makes no progress for kStuckSeconds is a lost
// wake-up (or a deadlock): all goroutines are dumped and the exit code is 1.
//
//   soak [--duration SECONDS] [--seed N]       GORACE_SOAK_SECONDS does the same as --duration and wins
#include <gorace/gorace.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "runtime/base/raw_writer.h"
#include "runtime/dump/dump.h"
#include "tests/stress/net_work.h"
#include "tests/stress/work.h"

namespace gorace::stress {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kStuckSeconds = 60;  // the machine may be busy with other things, and sanitizers slow

struct Worker {
  const Work* work;
  std::atomic<uint64_t> rounds{0};
  std::atomic<bool> ended{false};
  uint64_t seen = 0;  // the watchdog's
  Clock::time_point seen_at;
};

std::vector<std::unique_ptr<Worker>> g_workers;
std::atomic<bool> g_stop{false};
std::atomic<bool> g_over{false};

void report_stuck(const Worker& worker) {
  std::fprintf(stderr, "soak: \"%s\" has made no progress for %d s, in round %llu. All goroutines:\n",
               worker.work->name, kStuckSeconds, static_cast<unsigned long long>(worker.seen));
  runtime::RawWriter out(2);
  runtime::print_all_goroutines(out);
  out.flush();
  _exit(1);
}

// watch runs on a thread that never uses the runtime.
void watch() {
  for (auto& worker : g_workers) worker->seen_at = Clock::now();
  while (!g_over.load()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    for (auto& worker : g_workers) {
      const uint64_t rounds = worker->rounds.load(std::memory_order_relaxed);
      if (rounds != worker->seen || worker->ended.load(std::memory_order_relaxed)) {
        worker->seen = rounds;
        worker->seen_at = Clock::now();
      } else if (Clock::now() - worker->seen_at > std::chrono::seconds(kStuckSeconds)) {
        report_stuck(*worker);
      }
    }
  }
}

void run_worker(Worker& worker, uint64_t seed) {
  Random random(seed);
  while (!g_stop.load(std::memory_order_relaxed)) {
    worker.work->round(random);
    worker.rounds.fetch_add(1, std::memory_order_relaxed);
  }
  worker.ended.store(true);
}

void print_rounds() {
  for (size_t i = 0; i < kWorkCount; ++i) {
    uint64_t rounds = 0;
    for (const auto& worker : g_workers) {
      if (worker->work == &kWorks[i]) rounds += worker->rounds.load();
    }
    std::printf("%-16s %10llu\n", kWorks[i].name, static_cast<unsigned long long>(rounds));
  }
}

void soak(double seconds, uint64_t seed) {
  std::printf("soak: %g s, --seed %llu\n", seconds, static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  for (size_t i = 0; i < kWorkCount; ++i) {
    for (int n = 0; n < kWorks[i].workers; ++n) {
      g_workers.push_back(std::make_unique<Worker>());
      g_workers.back()->work = &kWorks[i];
    }
  }
  const int procs = gomaxprocs();
  std::thread watchdog(watch);
  start_foreign_threads();
  start_echo_server();
  WaitGroup all;
  for (auto& worker : g_workers) {
    all.go([&worker = *worker, seed = seed++] { run_worker(worker, seed); });
  }
  sleep(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds)));
  g_stop.store(true);
  all.wait();
  stop_foreign_threads();
  stop_echo_server();
  gomaxprocs(procs);
  while (num_goroutine() > 1) sleep(std::chrono::milliseconds(1));  // the watchdog's turn, should one be stuck
  g_over.store(true);
  blocking([&] { watchdog.join(); });
  print_rounds();
}

}  // namespace
}  // namespace gorace::stress

int main(int argc, char** argv) {
  double seconds = 5;
  uint64_t seed = std::random_device()();
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "--duration") == 0 && i + 1 < argc) {
      seconds = atof(argv[++i]);
    } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
      seed = strtoull(argv[++i], nullptr, 10);
    } else {
      std::fprintf(stderr, "usage: soak [--duration SECONDS] [--seed N]\n");
      return 2;
    }
  }
  if (const char* text = getenv("GORACE_SOAK_SECONDS"); text != nullptr && *text != '\0') seconds = atof(text);
  gorace::stress::soak(seconds, seed);
  return 0;
}
