// Go's atomic_test.go. Go's atomics are sequentially consistent, which is the default order of std::atomic.
#include <gorace/go.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

// Two goroutines write a flag of their own, count themselves in, and the one that finds the count at `writes_other_at`
// also writes the other's flag: in order for the second to come (2), a race for the first (1).
template <class Integer>
void count_in(Integer writes_other_at) {
  int8_t x1 = 0;
  int8_t x2 = 0;
  std::atomic<Integer> count = 0;
  auto write = [&](int8_t& own, int8_t& other) {
    own = 1;
    if (count.fetch_add(1) + 1 == writes_other_at) other = 1;
  };
  in_goroutines([&] { write(x1, x2); }, [&] { write(x2, x1); });
}

RACE_CASE(NoRaceAtomicAddInt64) { count_in<int64_t>(2); }
RACE_CASE(RaceAtomicAddInt64) { count_in<int64_t>(1); }
RACE_CASE(NoRaceAtomicAddInt32) { count_in<int32_t>(2); }

// x is written, published, awaited, and written again: `publish` and `arrived` are the two sides' operations on one
// atomic.
template <class Atomic, class Publish, class Arrived>
void publish_and_await(Publish publish, Arrived arrived) {
  int64_t x = 0;
  Atomic flag{};
  with_goroutine(
      [&] {
        x = 2;
        publish(flag);
      },
      [&] {
        while (!arrived(flag)) yield();
        x = 1;
        keep(x);
      });
}

template <class Atomic, class Value>
void exchange_or_abort(Atomic& flag, Value expected, Value desired) {
  if (!flag.compare_exchange_strong(expected, desired)) std::abort();
}
template <class Atomic, class Value>
bool exchanged(Atomic& flag, Value expected, Value desired) {
  return flag.compare_exchange_strong(expected, desired);
}

using Int32 = std::atomic<int32_t>;
using Int64 = std::atomic<int64_t>;
using Uint64 = std::atomic<uint64_t>;

RACE_CASE(NoRaceAtomicLoadAddInt32) {
  publish_and_await<Int32>([](Int32& flag) { flag.fetch_add(1); }, [](Int32& flag) { return flag.load() == 1; });
}

RACE_CASE(NoRaceAtomicLoadStoreInt32) {
  publish_and_await<Int32>([](Int32& flag) { flag.store(1); }, [](Int32& flag) { return flag.load() == 1; });
}

RACE_CASE(NoRaceAtomicStoreCASInt32) {
  publish_and_await<Int32>([](Int32& flag) { flag.store(1); }, [](Int32& flag) { return exchanged(flag, 1, 0); });
}

RACE_CASE(NoRaceAtomicCASLoadInt32) {
  publish_and_await<Int32>([](Int32& flag) { exchange_or_abort(flag, 0, 1); },
                           [](Int32& flag) { return flag.load() == 1; });
}

RACE_CASE(NoRaceAtomicCASCASInt32) {
  publish_and_await<Int32>([](Int32& flag) { exchange_or_abort(flag, 0, 1); },
                           [](Int32& flag) { return exchanged(flag, 1, 0); });
}

// A compare-and-swap that fails acquires what the one that succeeded released.
RACE_CASE(NoRaceAtomicCASCASInt32_2) {
  int8_t x1 = 0;
  int8_t x2 = 0;
  Int32 flag = 0;
  auto write = [&](int8_t& own, int8_t& other) {
    own = 1;
    if (!exchanged(flag, 0, 1)) other = 1;
  };
  in_goroutines([&] { write(x1, x2); }, [&] { write(x2, x1); });
}

RACE_CASE(NoRaceAtomicLoadInt64) {
  publish_and_await<Int64>([](Int64& flag) { flag.fetch_add(1); }, [](Int64& flag) { return flag.load() == 1; });
}

RACE_CASE(NoRaceAtomicCASCASUInt64) {
  publish_and_await<Uint64>([](Uint64& flag) { exchange_or_abort(flag, uint64_t{0}, uint64_t{1}); },
                            [](Uint64& flag) { return exchanged(flag, uint64_t{1}, uint64_t{0}); });
}

RACE_CASE(NoRaceAtomicLoadStorePointer) {
  static int target = 2;
  using Pointer = std::atomic<int*>;
  publish_and_await<Pointer>([](Pointer& flag) { flag.store(&target); },
                             [](Pointer& flag) { return flag.load() == &target; });
}

RACE_CASE(NoRaceAtomicStoreCASUint64) {
  publish_and_await<Uint64>([](Uint64& flag) { flag.store(1); },
                            [](Uint64& flag) { return exchanged(flag, uint64_t{1}, uint64_t{0}); });
}

// An atomic access against a plain one of the same memory.
RACE_CASE(RaceAtomicStoreLoad) {
  alignas(8) uint64_t a = 0;
  with_goroutine([&] { std::atomic_ref(a).store(1); }, [&] { use(a); });
}

RACE_CASE(RaceAtomicLoadStore) {
  alignas(8) uint64_t a = 0;
  with_goroutine([&] { use(std::atomic_ref(a).load()); }, [&] { a = 1; });
}

RACE_CASE(RaceAtomicAddLoad) {
  alignas(8) uint64_t a = 0;
  with_goroutine([&] { std::atomic_ref(a).fetch_add(1); }, [&] { use(a); });
}

RACE_CASE(RaceAtomicAddStore) {
  alignas(8) uint64_t a = 0;
  with_goroutine([&] { std::atomic_ref(a).fetch_add(1); }, [&] { a = 42; });
}

// Atomic stores that run as each of some thousand goroutines unwinds, into memory that is reused at once.
struct ClearAtEnd {
  std::atomic<int64_t>& flag;
  ~ClearAtEnd() { flag.store(0); }
};

void fork(Goroutines& goroutines, int depth) {
  std::atomic<int64_t> flag = 0;
  flag.store(1);
  ClearAtEnd clear{flag};
  if (depth == 0) return;
  for (int child = 0; child < 2; ++child) goroutines.go([&goroutines, depth] { fork(goroutines, depth - 1); });
}

RACE_CASE(NoRaceDeferAtomicStore) {
  Goroutines goroutines;
  fork(goroutines, 11);
}

}  // namespace
}  // namespace gorace::conformance
