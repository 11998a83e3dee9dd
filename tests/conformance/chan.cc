// Go's chan_test.go, first half: what sends, receives and closes order.
#include <gorace/chan.h>
#include <gorace/panic.h>
#include <gorace/select.h>

#include <memory>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

// Sends that may find the channel closed.
void send_or_panic(const Chan<int>& c, int value) {
  try {
    c.send(value);
  } catch (const Panic&) {
  }
}

RACE_CASE(NoRaceChanSync) {
  int v = 0;
  auto c = make_chan<int>();
  Goroutines goroutines;
  goroutines.go([&] {
    v = 1;
    c.send(0);
  });
  c.recv();
  v = 2;
  keep(v);
}

RACE_CASE(NoRaceChanSyncRev) {
  int v = 0;
  auto c = make_chan<int>();
  Goroutines goroutines;
  goroutines.go([&] {
    c.send(0);
    v = 2;
  });
  v = 1;
  c.recv();
}

RACE_CASE(NoRaceChanAsync) {
  int v = 0;
  auto c = make_chan<int>(10);
  Goroutines goroutines;
  goroutines.go([&] {
    v = 1;
    c.send(0);
  });
  c.recv();
  v = 2;
  keep(v);
}

RACE_CASE(RaceChanAsyncRev) {
  int v = 0;
  auto c = make_chan<int>(10);
  Goroutines goroutines;
  goroutines.go([&] {
    c.send(0);
    v = 1;
  });
  v = 2;
  c.recv();
}

// A receive that is ended by close, in three spellings, on a channel with and without buffer.
enum class Spelling { kDropped, kChecked, kRange };

void close_then_receive(int capacity, Spelling spelling) {
  int v = 0;
  auto c = make_chan<int>(capacity);
  Goroutines goroutines;
  goroutines.go([&] {
    v = 1;
    c.close();
  });
  if (spelling == Spelling::kDropped) {
    c.recv();
  } else if (spelling == Spelling::kChecked) {
    int value = 0;
    const bool ok = c >> value;
    use(ok);
  } else {
    for (int value : c) use(value);
  }
  v = 2;
  keep(v);
}

RACE_CASE(NoRaceChanAsyncCloseRecv) { close_then_receive(10, Spelling::kDropped); }
RACE_CASE(NoRaceChanAsyncCloseRecv2) { close_then_receive(10, Spelling::kChecked); }
RACE_CASE(NoRaceChanAsyncCloseRecv3) { close_then_receive(10, Spelling::kRange); }
RACE_CASE(NoRaceChanSyncCloseRecv) { close_then_receive(0, Spelling::kDropped); }
RACE_CASE(NoRaceChanSyncCloseRecv2) { close_then_receive(0, Spelling::kChecked); }
RACE_CASE(NoRaceChanSyncCloseRecv3) { close_then_receive(0, Spelling::kRange); }

// A send that panics because of a close is not ordered after it.
RACE_CASE(RaceChanSyncCloseSend) {
  int v = 0;
  auto c = make_chan<int>();
  Goroutines goroutines;
  goroutines.go([&] {
    v = 1;
    c.close();
  });
  send_or_panic(c, 0);
  v = 2;
  keep(v);
}

RACE_CASE(RaceChanAsyncCloseSend) {
  int v = 0;
  auto c = make_chan<int>(10);
  Goroutines goroutines;
  goroutines.go([&] {
    v = 1;
    c.close();
  });
  try {
    for (;;) c.send(0);
  } catch (const Panic&) {
  }
  v = 2;
  keep(v);
}

// The second close panics, which orders it after nothing.
RACE_CASE(RaceChanCloseClose) {
  int v1 = 0;
  int v2 = 0;
  auto c = make_chan<int>();
  auto close_between = [&](int& before, int& when_second) {
    before = 1;
    try {
      c.close();
    } catch (const Panic&) {
      when_second = 2;
    }
  };
  in_goroutines([&] { close_between(v1, v2); }, [&] { close_between(v2, v1); });
}

// Looking at the length orders nothing.
RACE_CASE(RaceChanSendLen) {
  int v = 0;
  auto c = make_chan<int>(10);
  Goroutines goroutines;
  goroutines.go([&] {
    v = 1;
    c.send(1);
  });
  while (c.len() == 0) yield();
  v = 2;
  keep(v);
}

RACE_CASE(RaceChanRecvLen) {
  int v = 0;
  auto c = make_chan<int>(10);
  c.send(1);
  Goroutines goroutines;
  goroutines.go([&] {
    v = 1;
    c.recv();
  });
  while (c.len() != 0) yield();
  v = 2;
  keep(v);
}

// The one who finds the buffer full learns nothing about the other's earlier write.
RACE_CASE(RaceChanSendSend) {
  int v1 = 0;
  int v2 = 0;
  auto c = make_chan<int>(1);
  auto send_between = [&](int& before, int& when_full) {
    before = 1;
    select(send(c, 1), otherwise([&] { when_full = 2; }));
  };
  in_goroutines([&] { send_between(v1, v2); }, [&] { send_between(v2, v1); });
}

RACE_CASE(NoRaceChanPtr) {
  struct Message {
    int x;
  };
  auto c = make_chan<std::unique_ptr<Message>>();
  Goroutines goroutines;
  goroutines.go([&] { c.send(std::make_unique<Message>(Message{1})); });
  auto message = c.recv();
  (*message)->x = 2;
}

// Receiving the value of one sender, then writing what the other one wrote.
RACE_CASE(RaceChanWrongSend) {
  int v1 = 0;
  int v2 = 0;
  auto c = make_chan<int>(2);
  Goroutines goroutines;
  goroutines.go([&] {
    v1 = 1;
    c.send(1);
  });
  goroutines.go([&] {
    v2 = 2;
    c.send(2);
  });
  if (c.recv() == 1) {
    v2 = 3;
  } else {
    v1 = 3;
  }
  keep(v1);
  keep(v2);
}

// Receiving from the sender, then writing what the closer wrote, or the other way round.
RACE_CASE(RaceChanWrongClose) {
  int v1 = 0;
  int v2 = 0;
  auto c = make_chan<int>(1);
  Goroutines goroutines;
  goroutines.go([&] {
    v1 = 1;
    send_or_panic(c, 1);
  });
  goroutines.go([&] {
    v2 = 2;
    c.close();
  });
  if (c.recv()) {
    v2 = 2;
  } else {
    v1 = 2;
  }
  keep(v1);
  keep(v2);
}

RACE_CASE(RaceChanReadWriteAsync) {
  int x = 0;
  auto c1 = make_chan<int>(10);
  auto c2 = make_chan<int>(10);
  c2.send(10);
  with_goroutine([&] { c1.send(x); }, [&] { x = *c2.recv(); });
}

RACE_CASE(RaceChanReadWriteSync) {
  int x = 0;
  auto c1 = make_chan<int>();
  auto c2 = make_chan<int>();
  Goroutines goroutines;
  goroutines.go([&] { c1.recv(); });
  goroutines.go([&] { c2.send(10); });
  goroutines.go([&] { c1.send(x); });
  c2 >> x;
}

RACE_CASE(NoRaceChanReadWriteAsync) {
  int x = 0;
  auto c1 = make_chan<int>(10);
  with_goroutine([&] { c1.send(x); }, [&] { x = *c1.recv(); });
}

// Of our own: room for an element that only the library knows needs no checks; what the program makes of it does.
RACE_CASE(RaceChanReceivedVariableEscapes) {
  auto c = make_chan<int>(1);
  c.send(1);
  std::optional<int> received = c.recv();
  with_goroutine([&] { *received = 2; }, [&] { use(*received); });
}

// A sender that was blocked is ordered before its receiver like any other.
RACE_CASE(NoRaceBlockedSendSync) {
  auto c = make_chan<std::unique_ptr<int>>(1);
  c.send(nullptr);
  Goroutines goroutines;
  goroutines.go([&] { c.send(std::make_unique<int>(42)); });
  let_others_run();
  c.recv();
  use(**c.recv());
}

RACE_CASE(NoRaceBlockedSelectSendSync) {
  auto c = make_chan<std::unique_ptr<int>>(1);
  auto never = make_chan<int>();
  c.send(nullptr);
  Goroutines goroutines;
  goroutines.go([&] { c.send(std::make_unique<int>(42)); });
  let_others_run();
  c.recv();
  std::unique_ptr<int> value;
  select(recv(c, value), recv(never));
  use(*value);
}

// A receive from a closed and empty channel is ordered after the close (golang.org/issue/36714).
RACE_CASE(NoRaceCloseHappensBeforeRead) {
  for (int i = 0; i < 100; ++i) {
    int location = 0;
    auto written = make_chan<Unit>();
    auto read = make_chan<Unit>();
    Goroutines goroutines;
    goroutines.go([&] {
      select(recv(written, [&] { use(location); }), otherwise);
      read.close();
    });
    goroutines.go([&] {
      location = 1;
      written.close();
    });
    read.recv();
  }
}

// Elements without size order as others do (golang.org/issue/42598).
RACE_CASE(NoRaceElemSize0) {
  int x = 0;
  int y = 0;
  auto c = make_chan<Unit>(2);
  c.send({});
  c.send({});
  Goroutines goroutines;
  goroutines.go([&] {
    x += 1;
    c.recv();
  });
  goroutines.go([&] {
    y += 1;
    c.recv();
  });
  c.send({});
  c.send({});
  x += 1;
  y += 1;
  keep(x);
  keep(y);
}

}  // namespace
}  // namespace gorace::conformance
