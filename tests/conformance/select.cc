// Go's select_test.go.
#include <gorace/chan.h>
#include <gorace/select.h>

#include <functional>
#include <optional>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

RACE_CASE(NoRaceSelect1) {
  int x = 0;
  auto c = make_chan<bool>();
  auto c1 = make_chan<bool>();
  Goroutines goroutines;
  goroutines.go([&] {
    x = 1;
    select(send(c, true), send(c1, true));
  });
  select(recv(c), send(c1, true));
  x = 2;
  keep(x);
}

RACE_CASE(NoRaceSelect2) {
  int x = 0;
  auto c = make_chan<bool>();
  auto c1 = make_chan<bool>();
  Goroutines goroutines;
  goroutines.go([&] {
    select(recv(c), recv(c1));
    x = 1;
  });
  x = 2;
  c.close();
}

RACE_CASE(NoRaceSelect3) {
  int x = 0;
  auto c = make_chan<bool>(10);
  auto c1 = make_chan<bool>();
  Goroutines goroutines;
  goroutines.go([&] {
    x = 1;
    select(send(c, true), recv(c1));
  });
  c.recv();
  x = 2;
  keep(x);
}

RACE_CASE(NoRaceSelect4) {
  struct Task {
    std::function<void()> work;
    Chan<bool> done;
  };
  int x = 0;
  auto queue = make_chan<Task>();
  auto never = make_chan<bool>();
  Goroutines goroutines;
  goroutines.go([&] {
    for (bool open = true; open;) {
      select(recv(queue, [&](std::optional<Task> task) {
        open = task.has_value();
        if (!open) return;
        task->work();
        task->done.send(true);
      }));
    }
  });
  auto do_there = [&](std::function<void()> work) {
    auto done = make_chan<bool>(1);
    select(send(queue, Task{std::move(work), done}), recv(never));
    select(recv(done), recv(never));
  };
  do_there([&] { x = 1; });
  use(x);
  queue.close();
}

void send_then_write(bool by_select, bool receiver_first) {
  int x = 0;
  auto c = make_chan<bool>();
  auto c1 = make_chan<bool>();
  Goroutines goroutines;
  goroutines.go([&] {
    if (receiver_first) yield();
    x = 1;
    if (by_select) {
      select(send(c, true), recv(c1));
    } else {
      c.send(true);
    }
  });
  goroutines.go([&] {
    if (by_select) {
      select(recv(c), recv(c1));
    } else {
      c.recv();
    }
    x = 1;
  });
}

RACE_CASE(NoRaceSelect5) {
  for (bool by_select : {true, false}) {
    for (bool receiver_first : {true, false}) send_then_write(by_select, receiver_first);
  }
}

// Two senders are not ordered by having the same receiver.
RACE_CASE(RaceSelect1) {
  int x = 0;
  auto c = make_chan<bool>();
  auto c1 = make_chan<bool>();
  auto send_and_write = [&] {
    select(send(c, true), send(c1, true));
    x = 1;
  };
  in_goroutines(
      [&] {
        c.recv();
        c.recv();
      },
      send_and_write, send_and_write);
}

RACE_CASE(RaceSelect2) {
  int x = 0;
  auto c = make_chan<bool>();
  auto c1 = make_chan<bool>();
  with_goroutine(
      [&] {
        x = 1;
        select(recv(c), recv(c1));
      },
      [&] {
        c.close();
        x = 2;
      });
}

RACE_CASE(RaceSelect3) {
  int x = 0;
  auto c = make_chan<bool>();
  auto c1 = make_chan<bool>();
  with_goroutine(
      [&] {
        x = 1;
        select(send(c, true), send(c1, true));
      },
      [&] {
        x = 2;
        select(recv(c));
      });
}

RACE_CASE(RaceSelect4) {
  int x = 0;
  with_goroutine([&] { select(otherwise([&] { x = 2; })); }, [&] { use(x); });
}

// Only one of the cases can go ahead: what its handler writes races.
RACE_CASE(RaceSelect5) {
  int x = 0;
  int y = 0;
  auto c1 = make_chan<bool>(1);
  auto c2 = make_chan<bool>();
  with_goroutine([&] { select(send(c1, true, [&] { x = 1; }), send(c2, true, [&] { y = 1; })); },
                 [&] {
                   use(x);
                   use(y);
                 });
}

}  // namespace
}  // namespace gorace::conformance
