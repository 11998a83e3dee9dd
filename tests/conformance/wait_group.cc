// Go's waitgroup_test.go.
#include <gorace/chan.h>
#include <gorace/panic.h>
#include <gorace/wait_group.h>

#include <array>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

void writers_and_wait(int writers) {
  int x = 0;
  WaitGroup wg;
  for (int i = 0; i < writers; ++i) {
    wg.add(1);
    gorace::go([&x, &wg, i] {
      x = i;  // NOLINT(gorace-shared-write)
      wg.done();
    });
  }
  wg.wait();
}

RACE_CASE(NoRaceWaitGroup) { writers_and_wait(1); }
RACE_CASE(RaceWaitGroup) { writers_and_wait(2); }

RACE_CASE(NoRaceWaitGroup2) {
  int x = 0;
  WaitGroup wg;
  wg.go([&] { x = 1; });
  wg.wait();
  x = 2;
  keep(x);
}

// Add and Done around a critical section are no lock.
RACE_CASE(RaceWaitGroupAsMutex) {
  int x = 0;
  WaitGroup wg;
  Meeting waited;
  auto write = [&](int value) {
    wg.wait();
    waited.arrive_and_wait_for(2);
    wg.add(1);
    x = value;
    wg.add(-1);
  };
  in_goroutines([&] { write(1); }, [&] { write(2); });
}

// Misuse: add comes too late.
RACE_CASE(RaceWaitGroupWrongWait) {
  int x = 0;
  WaitGroup wg;
  auto write = [&](int value) {
    wg.add(1);
    yield();
    x = value;
    wg.done();
  };
  Goroutines goroutines;
  goroutines.go([&] { write(1); });
  goroutines.go([&] { write(2); });
  wg.wait();
}

// Misuse: nothing orders the first add before the wait. The race is on the wait group itself.
RACE_CASE(RaceWaitGroupWrongAdd) {
  WaitGroup wg;
  Meeting added;
  Meeting about_to_wait;
  Goroutines goroutines;
  auto work = [&] {
    wg.add(1);
    added.arrive();
    about_to_wait.wait_for(1);
    let_others_run();
    wg.done();
  };
  goroutines.go(work);
  goroutines.go(work);
  added.wait_for(2);
  about_to_wait.arrive();
  wg.wait();
}

RACE_CASE(NoRaceWaitGroupMultipleWait) {
  WaitGroup wg;
  Goroutines goroutines;
  goroutines.go([&] { wg.wait(); });
  goroutines.go([&] { wg.wait(); });
  wg.wait();
}

RACE_CASE(NoRaceWaitGroupMultipleWait2) {
  WaitGroup wg;
  wg.add(2);
  Goroutines goroutines;
  auto finish_and_wait = [&] {
    wg.done();
    wg.wait();
  };
  goroutines.go(finish_and_wait);
  goroutines.go(finish_and_wait);
  wg.wait();
}

// Every one who waits is ordered after every one who is done.
RACE_CASE(NoRaceWaitGroupMultipleWait3) {
  std::array<int, 3> data{};
  WaitGroup wg;
  wg.add(data.size());
  Goroutines goroutines;
  for (int& element : data) {
    goroutines.go([&] {
      element = 42;
      wg.done();
    });
  }
  for (size_t i = 0; i < data.size(); ++i) {
    goroutines.go([&] {
      wg.wait();
      for (int element : data) use(element);
    });
  }
}

// Right use of the wait group, and still a race between those that it waits for.
RACE_CASE(RaceWaitGroup2) {
  int x = 0;
  WaitGroup wg;
  wg.add(2);
  gorace::go([&] {
    x = 1;
    wg.done();
  });
  gorace::go([&] {
    x = 2;
    wg.done();
  });
  wg.wait();
}

RACE_CASE(NoRaceWaitGroupPanicRecover) {
  int x = 0;
  WaitGroup wg;
  x = 1;
  keep(x);
  try {
    wg.add(-1);
  } catch (const Panic&) {
    x = 2;
  }
  keep(x);
}

// A goroutine that is started from a catch block is ordered after what the try block did.
RACE_CASE(NoRaceWaitGroupPanicRecover2) {
  int x = 0;
  WaitGroup wg;
  auto written = make_chan<bool>(1);
  gorace::go([&] {
    x = 1;
    try {
      wg.add(-1);
    } catch (const Panic&) {
      gorace::go([&x, written] {
        x = 2;
        written.send(true);
      });
    }
  });
  written.recv();
}

RACE_CASE(NoRaceWaitGroupTransitive) {
  int x = 0;
  int y = 0;
  WaitGroup wg;
  Meeting first_is_done;
  wg.add(2);
  gorace::go([&] {
    x = 42;
    wg.done();
    first_is_done.arrive();
  });
  gorace::go([&] {
    first_is_done.wait_for(1);
    y = 42;
    wg.done();
  });
  wg.wait();
  use(x);
  use(y);
}

RACE_CASE(NoRaceWaitGroupReuse) {
  std::array<int, 3> data{};
  WaitGroup wg;
  for (int round = 0; round < 3; ++round) {
    wg.add(data.size());
    for (int& element : data) {
      gorace::go([&] {
        ++element;
        wg.done();
      });
    }
    wg.wait();
    for (int& element : data) ++element;
  }
}

RACE_CASE(NoRaceWaitGroupReuse2) {
  std::array<int, 3> data{};
  WaitGroup wg;
  for (int round = 0; round < 3; ++round) {
    wg.add(data.size());
    for (int& element : data) {
      gorace::go([&] {
        ++element;
        wg.done();
      });
    }
    auto second_waiter_done = make_chan<bool>();
    gorace::go([&data, &wg, second_waiter_done] {
      wg.wait();
      for (int& element : data) ++element;
      second_waiter_done.send(true);
    });
    wg.wait();
    second_waiter_done.recv();
    for (int& element : data) ++element;
  }
}

// Misuse: the wait of one round is not ordered before the add of the next. The race is on the wait group itself, the
// data of each round is its own. The meeting makes sure, in time only, that the group is not reused before its waiters
// are back: that panics.
RACE_CASE(RaceWaitGroupReuse) {
  constexpr int kRounds = 3;
  std::array<std::array<int, 3>, kRounds> rounds{};
  WaitGroup wg;
  Meeting about_to_wait;
  Meeting waited;
  Goroutines goroutines;
  for (int round = 0; round < kRounds; ++round) {
    auto& data = rounds[round];
    wg.add(data.size());
    for (int& element : data) {
      goroutines.go([&about_to_wait, &wg, &element, round] {
        about_to_wait.wait_for(round + 1);
        let_others_run();
        ++element;
        wg.done();
      });
    }
    goroutines.go([&] {
      about_to_wait.arrive();
      wg.wait();
      waited.arrive();
      for (int& element : data) ++element;
    });
    waited.wait_for(round + 1);
    wg.wait();
  }
}

RACE_CASE(NoRaceWaitGroupConcurrentAdd) {
  constexpr int kGoroutines = 4;
  auto waiting = make_chan<bool>(kGoroutines);
  WaitGroup wg;
  Goroutines goroutines;
  for (int i = 0; i < kGoroutines; ++i) {
    goroutines.go([&] {
      wg.add(1);
      waiting.send(true);
      wg.done();
    });
  }
  for (int i = 0; i < kGoroutines; ++i) waiting.recv();
  wg.wait();
}

}  // namespace
}  // namespace gorace::conformance
