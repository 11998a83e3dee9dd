// GoroutineTest: the shared fixture (tests/unit/goroutine_fixture.h) for tests above the scheduler, with seeds.
//
//   class SelectTest : public gorace::GoroutineTest {};
//   TEST_P(SelectTest, ...) {...}
//   GORACE_INSTANTIATE(SelectTest);
#ifndef GORACE_TESTS_UNIT_CHAN_GOROUTINE_TEST_H_
#define GORACE_TESTS_UNIT_CHAN_GOROUTINE_TEST_H_

#include <gorace/gorace.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "tests/unit/goroutine_fixture.h"

namespace gorace {

class GoroutineTest : public GoroutineFixture {
 protected:
  // seed returns the seed of this test's random choices: GORACE_TEST_SEED, or a new one; printed at once, so that it
  // is there after a hang too. (No ScopedTrace: it belongs to the thread, and main may come back on another one.)
  uint64_t seed() {
    if (seed_ == 0) {
      const char* fixed = std::getenv("GORACE_TEST_SEED");
      seed_ = fixed != nullptr ? std::strtoull(fixed, nullptr, 10) : std::random_device{}();
      RecordProperty("seed", std::to_string(seed_));
      std::printf("GORACE_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed_));
      std::fflush(stdout);
    }
    return seed_;
  }

 private:
  uint64_t seed_ = 0;
};

// panic_text runs f and returns the text of the Panic that it throws, or "no panic".
template <class F>
std::string panic_text(F&& f) {
  try {
    f();
  } catch (const Panic& panic) {
    return panic.what();
  }
  return "no panic";
}

}  // namespace gorace

#define GORACE_INSTANTIATE(fixture) GORACE_AT_EACH_PROCS(fixture)

#endif  // GORACE_TESTS_UNIT_CHAN_GOROUTINE_TEST_H_
