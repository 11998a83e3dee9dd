// Go's chan_test.go, second half: races on channels and on the variables that hold them, channels as locks.
#include <gorace/chan.h>
#include <gorace/panic.h>
#include <gorace/select.h>

#include <array>
#include <functional>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

// A send and a close that nothing orders race on the channel: the program may panic or not.
RACE_CASE(RaceChanSendClose) {
  auto c = make_chan<int>(1);
  Meeting sent;
  Goroutines goroutines;
  goroutines.go([&] {
    c.send(1);
    sent.arrive();
  });
  goroutines.go([&] {
    sent.wait_for(1);
    c.close();
  });
}

RACE_CASE(RaceChanSendSelectClose) {
  auto c = make_chan<int>(1);
  auto never = make_chan<int>();
  Meeting closed;
  Goroutines goroutines;
  goroutines.go([&] {
    closed.wait_for(1);
    try {
      select(send(c, 1), recv(never));
    } catch (const Panic&) {
    }
  });
  goroutines.go([&] {
    c.close();
    closed.arrive();
  });
}

RACE_CASE(RaceChanCloseSend) {
  auto c = make_chan<int>(10);
  Goroutines goroutines;
  goroutines.go([&] { c.close(); });
  try {
    c.send(0);
  } catch (const Panic&) {
  }
}

RACE_CASE(NoRaceChanCloseLen) {
  auto c = make_chan<int>(10);
  auto result = make_chan<size_t>(10);
  Goroutines goroutines;
  goroutines.go([&] { result.send(c.len()); });
  goroutines.go([&] {
    c.close();
    result.send(0);
  });
  result.recv();
  result.recv();
}

RACE_CASE(NoRaceChanCloseCap) {
  auto c = make_chan<int>(10);
  auto result = make_chan<size_t>(10);
  Goroutines goroutines;
  goroutines.go([&] { result.send(c.cap()); });
  goroutines.go([&] {
    c.close();
    result.send(0);
  });
  result.recv();
  result.recv();
}

// The variable that holds a channel is a variable like others: it is assigned to here while a goroutine uses it.
// `first` keeps the channel alive that the goroutine may have got hold of.
RACE_CASE(RaceChanItselfSend) {
  const auto first = make_chan<int>(10);
  auto c = first;
  with_goroutine([&] { c.send(0); }, [&] { c = make_chan<int>(20); });
}

RACE_CASE(RaceChanItselfRecv) {
  const auto first = make_chan<int>(10);
  auto c = first;
  c.send(1);
  Goroutines goroutines;
  goroutines.go([&] { c.recv(); });
  while (first.len() != 0) yield();  // orders nothing, and the new channel has nothing to receive
  c = make_chan<int>(20);
}

RACE_CASE(RaceChanItselfNil) {
  const auto first = make_chan<int>(10);
  auto c = first;
  Goroutines goroutines;
  goroutines.go([&] { c.send(0); });
  while (first.len() == 0) yield();
  c = Chan<int>{};
}

RACE_CASE(RaceChanItselfClose) {
  const auto first = make_chan<int>();
  auto c = first;
  with_goroutine([&] { c.close(); }, [&] { c = make_chan<int>(); });
}

RACE_CASE(RaceChanItselfLen) {
  const auto first = make_chan<int>();
  auto c = first;
  with_goroutine([&] { use(c.len()); }, [&] { c = make_chan<int>(); });
}

RACE_CASE(RaceChanItselfCap) {
  const auto first = make_chan<int>();
  auto c = first;
  with_goroutine([&] { use(c.cap()); }, [&] { c = make_chan<int>(); });
}

// A send case reads its value, a receive case writes its target, also when the select had a choice.
RACE_CASE(RaceSelectReadWriteAsync) {
  int x = 0;
  auto c1 = make_chan<int>(10);
  auto c2 = make_chan<int>(10);
  auto c3 = make_chan<int>();
  c2.send(1);
  with_goroutine([&] { select(send(c1, x), send(c3, 1)); }, [&] { select(recv(c2, x), send(c3, 1)); });
}

RACE_CASE(RaceSelectReadWriteSync) {
  int x = 0;
  auto c1 = make_chan<int>();
  auto c2 = make_chan<int>();
  auto c3 = make_chan<int>();
  Goroutines goroutines;
  goroutines.go([&] { c1.recv(); });
  goroutines.go([&] { c2.send(1); });
  goroutines.go([&] { select(send(c1, x), send(c3, 1)); });
  select(recv(c2, x), send(c3, 1));
}

RACE_CASE(NoRaceSelectReadWriteAsync) {
  int x = 0;
  auto c1 = make_chan<int>();
  auto c2 = make_chan<int>();
  with_goroutine([&] { select(send(c1, x), send(c2, 1)); }, [&] { select(recv(c1, x), send(c2, 1)); });
}

RACE_CASE(NoRaceProducerConsumerUnbuffered) {
  struct Task {
    std::function<void()> work;
    Chan<bool> done;
  };
  int x = 0;
  auto queue = make_chan<Task>();
  Goroutines goroutines;
  goroutines.go([&] {
    auto task = queue.recv();
    task->work();
    task->done.send(true);
  });
  auto do_there = [&](std::function<void()> work) {
    auto done = make_chan<bool>(1);
    queue.send(Task{std::move(work), done});
    done.recv();
  };
  do_there([&] { x = 1; });
  use(x);
}

// A channel of capacity 1 is a lock: send takes it, receive gives it back.
RACE_CASE(NoRaceChanMutex) {
  int data = 0;
  auto lock = make_chan<Unit>(1);
  auto write = [&](int value) {
    lock.send({});
    data = value;
    lock.recv();
  };
  with_goroutine([&] { write(42); }, [&] { write(43); });
}

RACE_CASE(NoRaceSelectMutex) {
  int data = 0;
  auto lock = make_chan<Unit>(1);
  auto never = make_chan<bool>();
  auto write = [&](int value) {
    select(send(lock, Unit{}), recv(never));
    data = value;
    select(recv(lock), recv(never));
  };
  with_goroutine([&] { write(42); }, [&] { write(43); });
}

// A channel of capacity 2 lets two in.
RACE_CASE(RaceChanSem) {
  int data = 0;
  auto semaphore = make_chan<bool>(2);
  auto write = [&](int value) {
    semaphore.send(true);
    data = value;
    semaphore.recv();
  };
  with_goroutine([&] { write(42); }, [&] { write(43); });
}

// Filling all of a semaphore waits for everybody who holds it.
RACE_CASE(NoRaceChanWaitGroup) {
  constexpr size_t kGoroutines = 10;
  std::array<int, kGoroutines> data{};
  auto semaphore = make_chan<bool>(kGoroutines / 2);
  Goroutines goroutines;
  for (int& element : data) {
    semaphore.send(true);
    goroutines.go([&] {
      element = 42;
      semaphore.recv();
    });
  }
  for (size_t i = 0; i < semaphore.cap(); ++i) semaphore.send(true);
  for (int element : data) use(element);
}

}  // namespace
}  // namespace gorace::conformance
