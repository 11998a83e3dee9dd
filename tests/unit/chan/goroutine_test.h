// GoroutineTest: a fixture that runs each test at several GOMAXPROCS and fails when goroutines are left over.
//
//   class SelectTest : public gorace::GoroutineTest {};
//   TEST_P(SelectTest, ...) {...}
//   GORACE_INSTANTIATE(SelectTest);
#ifndef GORACE_TESTS_UNIT_CHAN_GOROUTINE_TEST_H_
#define GORACE_TESTS_UNIT_CHAN_GOROUTINE_TEST_H_

#include <gorace/gorace.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <string>

namespace gorace {

class GoroutineTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    former_procs_ = gomaxprocs(GetParam());
    before_ = num_goroutine();
  }

  void TearDown() override {
    // A goroutine may still be on its way out after its last visible action. The limit is for the failing case only.
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (num_goroutine() > before_ && std::chrono::steady_clock::now() < limit) yield();
    EXPECT_EQ(num_goroutine(), before_) << "goroutines are left over";
    gomaxprocs(former_procs_);
  }

  // seed returns the seed of this test's random choices: GORACE_TEST_SEED, or a new one; printed when the test fails.
  uint64_t seed() {
    if (seed_ == 0) {
      const char* fixed = std::getenv("GORACE_TEST_SEED");
      seed_ = fixed != nullptr ? std::strtoull(fixed, nullptr, 10) : std::random_device{}();
      RecordProperty("seed", std::to_string(seed_));
      trace_.emplace(__FILE__, __LINE__, "GORACE_TEST_SEED=" + std::to_string(seed_));
    }
    return seed_;
  }

  // eventually yields until condition() holds; false after a limit that only a failing test reaches.
  template <class Condition>
  static bool eventually(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      yield();
    }
    return true;
  }

 private:
  int former_procs_ = 0;
  size_t before_ = 0;
  uint64_t seed_ = 0;
  std::optional<testing::ScopedTrace> trace_;
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

#define GORACE_INSTANTIATE(fixture)                                     \
  INSTANTIATE_TEST_SUITE_P(Procs, fixture, testing::Values(1, 2, 4, 8), \
                           [](const auto& info) { return "gomaxprocs" + std::to_string(info.param); })

#endif  // GORACE_TESTS_UNIT_CHAN_GOROUTINE_TEST_H_
