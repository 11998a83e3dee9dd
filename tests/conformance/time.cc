// Go's time_test.go: setting a timer is ordered before what happens because it fires.
#include <gorace/chan.h>
#include <gorace/timer.h>

#include <chrono>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

using namespace std::chrono_literals;

RACE_CASE(NoRaceAfterFunc) {
  int v = 0;
  auto c = make_chan<int>();
  v = 2;
  after_func(1ns, [&v, c] {
    v = 1;
    c.send(0);
  });
  c.recv();
  v = 3;
  keep(v);
}

RACE_CASE(NoRaceAfterFuncReset) {
  int v = 0;
  auto c = make_chan<int>();
  Timer timer = after_func(1h, [&v, c] {
    v = 1;
    c.send(0);
  });
  timer.stop();
  v = 2;
  timer.reset(1ns);
  c.recv();
  v = 3;
  keep(v);
}

// wait_for_tick runs a goroutine that writes v after a tick of `timer`; `set` writes v before and may set the timer.
template <class AnyTimer, class Set>
void wait_for_tick(AnyTimer& timer, Set set) {
  int v = 0;
  auto c = make_chan<int>();
  auto tick = timer.chan();
  Goroutines goroutines;
  goroutines.go([&] {
    tick.recv();
    v = 1;
    c.send(0);
  });
  set(v);
  c.recv();
  v = 3;
  keep(v);
}

RACE_CASE(NoRaceTimerReset) {
  Timer timer(1h);
  wait_for_tick(timer, [&](int& v) {
    timer.stop();
    v = 2;
    timer.reset(1ns);
  });
}

RACE_CASE(NoRaceTickerReset) {
  Ticker ticker(1h);
  wait_for_tick(ticker, [&](int& v) {
    ticker.stop();
    v = 2;
    ticker.reset(1ns);
  });
}

template <class AnyTimer>
void set_and_wait() {
  int v = 0;
  auto c = make_chan<int>();
  v = 2;
  AnyTimer timer(1ns);
  Goroutines goroutines;
  goroutines.go([&] {
    timer.chan().recv();
    v = 1;
    c.send(0);
  });
  c.recv();
  v = 3;
  keep(v);
}

RACE_CASE(NoRaceTimer) { set_and_wait<Timer>(); }
RACE_CASE(NoRaceTicker) { set_and_wait<Ticker>(); }

}  // namespace
}  // namespace gorace::conformance
