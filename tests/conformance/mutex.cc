// Go's mutex_test.go.
#include <gorace/chan.h>
#include <gorace/mutex.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

RACE_CASE(NoRaceMutex) {
  Mutex mutex;
  int16_t x = 0;
  in_goroutines(
      [&] {
        std::lock_guard lock(mutex);
        x = 1;
      },
      [&] {
        mutex.lock();
        x = 2;
        mutex.unlock();
      });
}

RACE_CASE(RaceMutex) {
  Mutex mutex;
  int16_t x = 0;
  auto write_before_locking = [&](int16_t value) {
    x = value;
    std::lock_guard lock(mutex);
  };
  in_goroutines([&] { write_before_locking(1); }, [&] { write_before_locking(2); });
}

RACE_CASE(RaceMutex2) {
  Mutex mutex1;
  Mutex mutex2;
  int8_t x = 0;
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

RACE_CASE(NoRaceMutexPureHappensBefore) {
  Mutex mutex;
  int16_t x = 0;
  bool written = false;
  in_goroutines(
      [&] {
        x = 1;
        std::lock_guard lock(mutex);
        written = true;
      },
      [&] {
        auto is_written = [&] {
          std::lock_guard lock(mutex);
          return written;
        };
        while (!is_written()) yield();
        x = 1;
      });
}

// Unlocked by another goroutine than the one that locked.
RACE_CASE(NoRaceMutexSemaphore) {
  Mutex mutex;
  int x = 0;
  mutex.lock();
  in_goroutines(
      [&] {
        x = 1;
        mutex.unlock();
      },
      [&] {
        mutex.lock();
        x = 2;
        mutex.unlock();
      });
}

// The example of Go's memory model.
RACE_CASE(NoRaceMutexExampleFromHtml) {
  Mutex mutex;
  std::string_view a = "";
  mutex.lock();
  Goroutines goroutines;
  goroutines.go([&] {
    a = "hello, world";
    mutex.unlock();
  });
  mutex.lock();
  use(a);
  mutex.unlock();
}

// A lock that is taken while another goroutine makes the mutex anew.
RACE_CASE(RaceMutexOverwrite) {
  auto mutex = std::make_unique<Mutex>();
  Goroutines goroutines;
  goroutines.go([&] { std::construct_at(mutex.get()); });
  mutex->lock();
}

}  // namespace
}  // namespace gorace::conformance
