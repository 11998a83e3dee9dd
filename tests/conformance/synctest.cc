// Go's synctest_test.go. A bubble of Go is a set of goroutines that is waited for, in virtual time; here a WaitGroup,
// in real time: being waited for together, and times that differ, order nothing among the goroutines.
#include <gorace/chan.h>
#include <gorace/time.h>
#include <gorace/timer.h>
#include <gorace/wait_group.h>

#include <chrono>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

using namespace std::chrono_literals;

RACE_CASE(RaceSynctestGoroutinesExit) {
  int x = 0;
  WaitGroup bubble;
  bubble.go([&] { x = 1; });
  bubble.go([&] { x = 1; });
  bubble.wait();
}

RACE_CASE(NoRaceSynctestGoroutinesExit) {
  int x = 0;
  WaitGroup bubble;
  bubble.go([&] { x = 1; });
  bubble.wait();
  bubble.go([&] { x = 1; });
  bubble.wait();
}

RACE_CASE(RaceSynctestGoroutinesRecv) {
  int x = 0;
  auto c = make_chan<Unit>();
  WaitGroup bubble;
  auto write_and_receive = [&] {
    x = 1;
    c.recv();
  };
  bubble.go(write_and_receive);
  bubble.go(write_and_receive);
  c.close();
  bubble.wait();
}

RACE_CASE(RaceSynctestGoroutinesUnblocked) {
  int x = 0;
  auto c = make_chan<Unit>();
  WaitGroup bubble;
  auto receive_and_write = [&] {
    c.recv();
    x = 1;
  };
  bubble.go(receive_and_write);
  bubble.go(receive_and_write);
  c.close();
  bubble.wait();
}

RACE_CASE(RaceSynctestGoroutinesSleep) {
  int x = 0;
  WaitGroup bubble;
  bubble.go([&] {
    sleep(1ms);
    x = 1;
    sleep(2ms);
  });
  bubble.go([&] {
    sleep(2ms);
    x = 1;
    sleep(1ms);
  });
  sleep(5ms);
  bubble.wait();
}

RACE_CASE(RaceSynctestTimers) {
  static int x;
  static Meeting called;
  auto write = [] {
    x = 1;
    keep(x);
    called.arrive();
  };
  after_func(1ms, write);
  after_func(2ms, write);
  called.wait_for(2);
}

}  // namespace
}  // namespace gorace::conformance
