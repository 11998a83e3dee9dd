// Everything at once, in an order that a seed decides. GORACE_STRESS_SEED repeats a run's choices; GORACE_STRESS_ROUNDS
// makes it longer.
#include <gorace/go.h>
#include <gorace/time.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

unsigned stress_seed() {
  const char* text = getenv("GORACE_STRESS_SEED");
  return text != nullptr ? static_cast<unsigned>(strtoul(text, nullptr, 10)) : std::random_device()();
}

int stress_rounds() {
  const char* text = getenv("GORACE_STRESS_ROUNDS");
  return text != nullptr ? atoi(text) : 30;
}

// Pond: partners wait for each other in a pool; who comes second wakes the first. Counts are checked at the end.
class Pond {
 public:
  void meet() {
    lock_.lock();
    if (waiting_ != nullptr) {
      runtime::G* partner = waiting_;
      waiting_ = nullptr;
      lock_.unlock();
      runtime::ready(partner);
      return;
    }
    waiting_ = runtime::current_g();
    runtime::park(runtime::WaitReason::kSemacquire, this, &lock_);
  }
  bool drain() {
    lock_.lock();
    runtime::G* partner = waiting_;
    waiting_ = nullptr;
    lock_.unlock();
    if (partner != nullptr) runtime::ready(partner);
    return partner != nullptr;
  }

 private:
  runtime::SpinLock lock_;
  runtime::G* waiting_ = nullptr;
};

struct Shared {
  std::vector<Pond> ponds{5};
  std::atomic<int> alive{0};
};

void act(Shared& shared, std::mt19937& random, int depth);

void start_actor(Shared& shared, unsigned seed, int depth) {
  shared.alive.fetch_add(1);
  go([&shared, seed, depth] {
    std::mt19937 random(seed);
    for (int i = 0; i < 20; ++i) act(shared, random, depth);
    shared.alive.fetch_sub(1);
  });
}

void act(Shared& shared, std::mt19937& random, int depth) {
  switch (random() % 12) {
    case 0:
    case 1:
    case 2:
      yield();
      break;
    case 3:
    case 4:
    case 5:
      shared.ponds[random() % shared.ponds.size()].meet();
      break;
    case 6:
      sleep(std::chrono::microseconds(random() % 200));
      break;
    case 7:
      if (depth > 0) start_actor(shared, static_cast<unsigned>(random()), depth - 1);
      break;
    case 8:
      blocking([] { std::this_thread::yield(); });
      break;
    case 9:
      try {
        throw std::runtime_error("stress");
      } catch (const std::runtime_error&) {
        yield();
      }
      break;
    case 10: {
      lock_os_thread();
      const auto thread = std::this_thread::get_id();
      yield();
      EXPECT_EQ(std::this_thread::get_id(), thread);
      unlock_os_thread();
      break;
    }
    case 11: {
      const int64_t until = runtime::now_ns() + static_cast<int64_t>(random() % 50'000);
      while (runtime::now_ns() < until) {
      }
      break;
    }
  }
}

class Stress : public AtEachProcs {};
GORACE_AT_EACH_PROCS(Stress);

TEST_P(Stress, MixedWorkLosesNobody) {
  const unsigned seed = stress_seed();
  std::mt19937 random(seed);
  std::printf("seed %u\n", seed);  // no SCOPED_TRACE: it belongs to the thread, and main may come back on another one
  for (int round = 0; round < stress_rounds(); ++round) {
    Shared shared;
    std::vector<std::thread> threads;
    for (int i = 0; i < 20; ++i) start_actor(shared, static_cast<unsigned>(random()), 2);
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&, thread_seed = static_cast<unsigned>(random())] {
        std::mt19937 own(thread_seed);
        for (int i = 0; i < 10; ++i) shared.ponds[own() % shared.ponds.size()].meet();
      });
    }
    std::atomic<int> joined{0};
    std::thread joiner([&] {
      for (std::thread& thread : threads) thread.join();
      joined.store(1);
    });
    // Who is left without a partner is let go.
    while (shared.alive.load() != 0 || joined.load() == 0) {
      for (Pond& pond : shared.ponds) pond.drain();
      if (round % 3 == 0) gomaxprocs(1 + static_cast<int>(random() % 8));
      yield();
    }
    joiner.join();
    gomaxprocs(GetParam());
  }
}

}  // namespace
}  // namespace gorace::testing
