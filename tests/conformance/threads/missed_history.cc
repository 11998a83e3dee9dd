// Races that a detector loses when it keeps only some of what happened: ThreadSanitizer has four cells for 8 bytes, 255
// thread slots, and a bounded trace for each thread; `go -race` is the same runtime.
#include <array>
#include <memory>
#include <mutex>
#include <utility>

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

long x;

// Four cells hold four readers; which ones stay is random.
RACE_CASE(RaceOneRacyReaderAmongFiftyOrdered) {
  constexpr int kOrdered = 50;
  std::mutex mutex;
  Signal racy_read;
  Signal all_read;
  Threads threads;
  threads.run([&] {
    use(x);
    racy_read.give();
  });
  for (int i = 0; i < kOrdered; ++i) {
    threads.run([&] {
      racy_read.wait();
      {
        std::lock_guard guard(mutex);
        use(x);
      }
      all_read.give();
    });
  }
  threads.run([&] {
    all_read.wait(kOrdered);
    std::lock_guard guard(mutex);
    x = 1;
  });
}

template <class F, int... kIndices>
void for_each_index(F&& f, std::integer_sequence<int, kIndices...>) {
  (f(std::integral_constant<int, kIndices>()), ...);
}

std::array<char, 64> bytes;
// A function a byte, so that each race has a stack of its own and is reported.
template <int kIndex>
[[gnu::noinline]] void write_byte(char value) {
  bytes[kIndex] = value;
  keep(bytes);
}
void write_all_bytes(char value) {
  for_each_index([value](auto index) { write_byte<index.value>(value); }, std::make_integer_sequence<int, 64>());
}

// TSan found none of the 64 in three runs.
RACE_CASE_OF_REPORTS(RaceEachOfSixtyFourBytes, 64) {
  after([] { write_all_bytes(1); }, [] { write_all_bytes(2); });
}

RACE_CASE(RaceLastOf4096Bytes) {
  auto array = std::make_unique<std::array<char, 4096>>();
  after(
      [&] {
        for (char& byte : *array) {
          byte = 1;
          keep(byte);
        }
      },
      [&] {
        (*array)[4095] = 2;
        keep(*array);
      });
}

// TSan reports one of the eight: it stops at the first race of an access.
RACE_CASE_OF_REPORTS(RaceEightTimesOnOneGranule, 8) {
  after([] { for_each_index([](auto index) { write_byte<index.value>(1); }, std::make_integer_sequence<int, 8>()); },
        [] {
          long all = 2;
          __builtin_memcpy(bytes.data(), &all, sizeof all);
          keep(bytes);
        });
}

// The trace of the first thread is overwritten. TSan reports the first of these three with "failed to restore the
// stack", the others not at all.
RACE_CASE(RaceAndThenAMillionAccesses) {
  auto other = std::make_unique<std::array<int, 1000>>();
  after(
      [&] {
        x = 1;
        for (int round = 0; round < 1000; ++round) {
          for (int& element : *other) {
            element = round;
            keep(element);
          }
        }
      },
      [] { x = 2; });
}

RACE_CASE(RaceAndThenAHundredThousandLockPairs) {
  std::mutex mutex;
  after(
      [&] {
        x = 1;
        for (int i = 0; i < 100'000; ++i) std::lock_guard guard(mutex);
      },
      [] { x = 2; });
}

RACE_CASE(RaceAndThenTenMillionSyncOperations) {
  std::atomic<int> atomic{0};
  after(
      [&] {
        x = 1;
        for (int i = 0; i < 10'000'000; ++i) atomic.fetch_add(1, std::memory_order_release);
      },
      [] { x = 2; });
}

// Thread slots are used again, and with them what is known of their last owner is gone. TSan misses it.
RACE_CASE(RaceWithAThreadThatEndedAThousandThreadsAgo) {
  Signal written;
  std::thread([&] {
    x = 1;
    written.give();
  }).detach();
  written.wait();
  for (int i = 0; i < 1000; ++i) std::thread([] {}).join();
  std::thread([] { x = 2; }).join();
}

void race_first_against_last(int count) {
  Meeting ended;
  Goroutines goroutines;
  goroutines.go([&] {
    x = 1;
    ended.arrive();
  });
  for (int i = 2; i < count; ++i) goroutines.go([&] { ended.arrive(); });
  goroutines.go([&, count] {
    ended.wait_for(count - 1);
    x = 2;
  });
}
// 255 slots: from the 256th strand on an old one's is taken over.
RACE_CASE(RaceFirstAgainstLastOf256) { race_first_against_last(256); }
RACE_CASE(RaceFirstAgainstLastOf511) { race_first_against_last(511); }
RACE_CASE(RaceFirstAgainstLastOf5000) { race_first_against_last(5000); }
// Go: refuses more than 8128 goroutines that live at a time ("race: limit on 8128 simultaneously alive goroutines is
// exceeded, dying").
RACE_CASE(RaceFirstAgainstLastOf100000) { race_first_against_last(100'000); }

}  // namespace
}  // namespace gorace::conformance
