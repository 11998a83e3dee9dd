// Go's mop_test.go, 4: functions, their arguments and results, panics, memory that is shared or reused, input.
#include <gorace/chan.h>
#include <gorace/mutex.h>
#include <gorace/panic.h>
#include <gorace/wait_group.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/harness.h"
#include "tests/conformance/map.h"

namespace gorace::conformance {
namespace {

[[gnu::noinline]] void take(int x) { use(x); }
[[gnu::noinline]] void take_second(int, int y) { use(y); }

// Arguments are read by the caller.
RACE_CASE(RaceFuncArgument) {
  int x = 0;
  with_goroutine([&] { take(x); }, [&] { x = 1; });
}

RACE_CASE(RaceFuncCall) {
  int x = 0, y = 0;
  with_goroutine([&] { y = 42; }, [&] { take_second(x, y); });
}

RACE_CASE(RaceSprint) {
  int x = 0;
  with_goroutine([&] { use(std::to_string(x).size()); }, [&] { x = 1; });
}

RACE_CASE(RaceAsFunc2) {
  int x = 0;
  with_goroutine([&] { [](int argument) { use(argument); }(x); }, [&] { x = 42; });
}

// The arguments of go are read by the goroutine that calls it.
RACE_CASE(RaceFuncArgument2) {
  int x = 0;
  auto done = make_chan<bool>(2);
  gorace::go([&x, done] {
    x = 42;
    done.send(true);
  });
  gorace::go([done](int) { done.send(true); }, x);
  done.recv();
  done.recv();
}

RACE_CASE(NoRaceFuncArgsRW) {
  char x = 0;
  auto done = make_chan<char>(1);
  gorace::go(
      [done](char y) {
        use(y);
        done.send(0);
      },
      x);
  x = 1;
  keep(x);
  done.recv();
}

RACE_CASE(RaceFuncArgsRW) {
  char x = 0;
  auto done = make_chan<char>(1);
  gorace::go(
      [done](char* y) {
        use(*y);
        done.send(0);
      },
      &x);
  x = 1;
  done.recv();
}

// Variables that hold functions
int square(int x) { return x * x; }
int same(int x) { return x; }
void nothing() {}
void also_nothing() {}

RACE_CASE(RaceFuncVariableRW) {
  int (*f)(int) = square;
  with_goroutine([&] { f = same; }, [&] { use(f(1)); });
}

RACE_CASE(RaceFuncVariableWW) {
  int (*f)(int) = nullptr;
  with_goroutine([&] { f = same; }, [&] { f = square; });
}

RACE_CASE(RaceFuncItself) {
  void (*f)() = nothing;
  with_goroutine([&] { f(); }, [&] { f = also_nothing; });
}

// Functions that lock: the argument is read before, the result written after.
RACE_CASE(NoRaceFuncUnlock) {
  Mutex mutex;
  int x = 0;
  with_goroutine(
      [&] {
        mutex.lock();
        x = 42;
        mutex.unlock();
      },
      [&] {
        x = [](Mutex& to_lock) {
          to_lock.lock();
          return 43;
        }(mutex);
        mutex.unlock();
      });
}

// The read comes after the other critical section in time: a lock that was taken second would order it.
RACE_CASE(RaceAsFunc3) {
  Mutex mutex;
  Meeting written;
  int x = 0;
  with_goroutine(
      [&] {
        written.wait_for(1);
        [&](int argument) {
          use(argument);
          mutex.lock();
        }(x);
        mutex.unlock();
      },
      [&] {
        mutex.lock();
        x = 42;
        mutex.unlock();
        written.arrive();
      });
}

RACE_CASE(NoRaceAsFunc4) {
  Mutex mutex;
  int x = 0;
  auto lock_and_compute = [&] {
    mutex.lock();
    return 42;
  };
  with_goroutine(
      [&] {
        x = lock_and_compute();
        mutex.unlock();
      },
      [&] {
        mutex.lock();
        x = 42;
        mutex.unlock();
      });
}

// The result of a function is still written by a goroutine that the function started.
RACE_CASE(RaceHeapParam) {
  auto result = std::make_unique<int>(0);
  Goroutines goroutines;
  auto compute = [&] {
    goroutines.go([&] { *result = 42; });
    return *result;
  };
  use(compute());
}

// Panics: what runs because of one is ordered by nothing else.
RACE_CASE(RacePanic) {
  int x = 0;
  auto panic_and_write = [&](int value) {
    try {
      panic("expected");
    } catch (const Panic&) {
      x = value;
    }
  };
  in_goroutines([&] { panic_and_write(1); }, [&] { panic_and_write(2); });
}

RACE_CASE(RacePanicArg) {
  const std::runtime_error first("first"), second("second");
  const std::runtime_error* error = &first;
  with_goroutine([&] { error = &second; },
                 [&] {
                   try {
                     throw std::runtime_error(*error);
                   } catch (const std::runtime_error&) {
                   }
                 });
}

// A crawler that remembers what it has seen without protecting it.
RACE_CASE(RaceCrawl) {
  struct Crawler {
    Map<std::string_view, bool> seen;
    Chan<int> found = make_chan<int>(100);
    WaitGroup wg;

    void crawl(std::string_view url, int depth) {
      int links = 0;
      seen[url] = true;
      if (depth > 0) {
        for (std::string_view link : {"a", "b", "c"}) {
          if (seen.find(link) != nullptr) continue;
          wg.add(1);
          gorace::go(&Crawler::crawl, this, link, depth - 1);
          ++links;
        }
      }
      found.send(links);
      wg.done();
    }
  };
  Crawler crawler;
  crawler.wg.add(1);
  gorace::go(&Crawler::crawl, &crawler, "dummyurl", 3);
  crawler.wg.wait();
}

// A variable on a goroutine's stack, handed to another.
RACE_CASE(RaceTLS) {
  auto exchange = make_chan<int*>();
  in_goroutines(
      [&] {
        int x = 0;
        exchange.send(&x);
        x = 1;
        x = **exchange.recv();
        keep(x);
      },
      [&] {
        int* p = *exchange.recv();
        *p = 2;
        exchange.send(p);
      });
}

// Memory that one goroutine frees is new memory to another who gets it.
RACE_CASE(NoRaceHeapReallocation) {
  Meeting freed;
  auto allocate = [&] {
    auto x = std::make_unique<int>(1);
    keep(*x);
    x.reset();
    freed.arrive();
  };
  in_goroutines(allocate, [&] {
    freed.wait_for(1);
    allocate();
  });
}

RACE_CASE(NoRaceTinyAlloc) {
  auto allocate = [] {
    for (int i = 0; i < 100'000; ++i) {
      auto byte = std::make_unique<char>();
      *byte = 42;
      keep(*byte);
    }
  };
  in_goroutines(allocate, allocate, allocate, allocate);
}

// A buffer goes to the consumer, and the producer reads into it again (golang.org/issue/5567, 51618).
template <class Read>
void read_into_shared_buffer(Read read) {
  auto pieces = make_chan<std::span<const char>>();
  std::array<char, 17> buffer{};
  Goroutines goroutines;
  goroutines.go([&] {
    const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    for (off_t total = 0; total < 200;) {
      const ssize_t n = read(file, std::span(buffer), total);
      if (n <= 0) break;
      total += n;
      pieces.send(std::span(buffer).first(static_cast<size_t>(n)));
    }
    close(file);
    pieces.close();
  });
  unsigned checksum = 0;
  for (std::span<const char> piece : pieces) {
    for (char byte : piece) checksum = checksum * 31 + static_cast<unsigned char>(byte);
  }
  use(checksum);
}

RACE_CASE(RaceIssue5567) {
  read_into_shared_buffer([](int file, std::span<char> to, off_t) { return ::read(file, to.data(), to.size()); });
}

RACE_CASE(RaceIssue51618) {
  read_into_shared_buffer(
      [](int file, std::span<char> to, off_t at) { return ::pread(file, to.data(), to.size(), at); });
}

// The same with a buffer that is copied into.
RACE_CASE(RaceIssue5654) {
  constexpr std::string_view kText =
      "A text of some lines, each longer than the buffer that it goes through.\n"
      "The reader keeps what it was given, the writer reuses it for the next piece.\n"
      "So every piece but the last may be overwritten while it is read.\n";
  auto pieces = make_chan<std::span<const char>>();
  std::array<char, 16> buffer{};
  Goroutines goroutines;
  goroutines.go([&] {
    for (std::string_view rest = kText; !rest.empty();) {
      const size_t n = std::min(rest.size(), buffer.size());
      std::copy_n(rest.begin(), n, buffer.begin());
      rest.remove_prefix(n);
      pieces.send(std::span(buffer).first(n));
    }
    pieces.close();
  });
  std::vector<char> result;
  for (std::span<const char> piece : pieces) result.insert(result.end(), piece.begin(), piece.end());
  keep(result.front());
}

}  // namespace
}  // namespace gorace::conformance
