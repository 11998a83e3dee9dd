// Races that `go -race` loses by what its runtime tells the detector.
#include <gorace/chan.h>
#include <gorace/wait_group.h>

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

int x;

struct Nothing {};

// The first element comes from one goroutine, the second from another. Who receives the first is ordered after its
// sender only. Go keeps one clock for all elements of a channel whose elements have no size, and misses this.
RACE_CASE(RaceOfAZeroSizeElementThatAnotherSent) {
  auto channel = make_chan<Nothing>(2);
  Meeting sent;
  in_goroutines(
      [&] {
        channel.send({});
        sent.arrive();
      },
      [&] {
        sent.wait_for(1);
        x = 1;
        keep(x);
        channel.send({});
        sent.arrive();
      },
      [&] {
        sent.wait_for(2);
        channel.recv();
        x = 2;
        keep(x);
      });
}

// An add from zero that nothing orders before a wait: the wait may return before the work begins, and did so here. Go
// looks at waits that block only, and misses this.
RACE_CASE(RaceOfAnAddAndAWaitThatReturnedAtOnce) {
  WaitGroup group;
  Meeting waited;
  in_goroutines(
      [&] {
        group.wait();
        waited.arrive();
      },
      [&] {
        waited.wait_for(1);
        group.add(1);
        group.done();
      });
}

}  // namespace
}  // namespace gorace::conformance
