// Go's rwmutex_test.go.
#include <gorace/rw_mutex.h>

#include <cstdint>
#include <mutex>
#include <shared_mutex>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

RACE_CASE(RaceMutexRWMutex) {
  Mutex mutex1;
  RWMutex mutex2;
  int16_t x = 0;
  in_goroutines(
      [&] {
        std::lock_guard lock(mutex1);
        x = 1;
      },
      [&] {
        std::lock_guard lock(mutex2);
        x = 2;
      });
}

RACE_CASE(NoRaceRWMutex) {
  RWMutex mutex;
  int64_t x = 0;
  int64_t y = 1;
  in_goroutines(
      [&] {
        std::lock_guard lock(mutex);
        x = 2;
      },
      [&] {
        std::shared_lock lock(mutex);
        y = x;
      });
}

// Three readers, so that two are on the same side of the writer in any order: these two are not ordered, and write y.
RACE_CASE(RaceRWMutexMultipleReaders) {
  RWMutex mutex;
  int64_t x = 0;
  int64_t y = 1;
  auto read = [&](int64_t addend) {
    std::shared_lock lock(mutex);
    y = x + addend;
  };
  in_goroutines(
      [&] {
        std::lock_guard lock(mutex);
        x = 2;
      },
      [&] { read(1); }, [&] { read(2); }, [&] { read(3); });
}

RACE_CASE(NoRaceRWMutexMultipleReaders) {
  RWMutex mutex;
  int64_t x = 0;
  auto read = [&](int64_t addend) {
    std::shared_lock lock(mutex);
    use(x + addend);
  };
  in_goroutines(
      [&] {
        std::lock_guard lock(mutex);
        x = 2;
      },
      [&] { read(1); }, [&] { read(2); }, [&] { read(3); });
}

// A writer is ordered after all readers before it, not only after the last.
RACE_CASE(NoRaceRWMutexTransitive) {
  RWMutex mutex;
  int64_t x = 0;
  Meeting readers;
  auto read = [&] {
    {
      std::shared_lock lock(mutex);
      use(x);
    }
    readers.arrive();
  };
  Goroutines goroutines;
  goroutines.go(read);
  goroutines.go([&] {
    readers.wait_for(1);
    read();
  });
  readers.wait_for(2);
  std::lock_guard lock(mutex);
  x = 42;
  keep(x);
}

}  // namespace
}  // namespace gorace::conformance
