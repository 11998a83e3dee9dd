// closed-channel, busy-select, after-in-loop, unused-result.
#include <gorace/gorace.h>

#include <atomic>
#include <chrono>
#include <mutex>

using namespace std::chrono_literals;

void work();

void send_after_close() {
  auto c = gorace::make_chan<int>(1);
  c.close();
  c.send(1);  // warn: closed-channel
}

void double_close(gorace::Chan<int> c, bool early) {
  if (early) c.close();
  c.close();  // warn: closed-channel
}

void case_after_close(gorace::Chan<int> c, gorace::Chan<int> d) {
  c.close();
  gorace::select(gorace::send(c, 1), gorace::recv(d));  // warn: closed-channel
}

struct Pipe {
  gorace::Chan<int> in;
  gorace::Chan<int> out;
  void shut() {
    in.close();
    out.close();
  }
  void twice() {
    in.close();
    in.close();  // warn: closed-channel
  }
};

void same_condition(gorace::Chan<int> c, bool last) {
  if (last) c.close();
  if (!last) c.send(1);
}

void closes_at_the_end(gorace::Chan<int> c) {
  for (int i = 0; i < 10; ++i) {
    if (i == 9) {
      c.close();
    } else {
      c.send(i);
    }
  }
}

void a_new_channel_each_time() {
  for (int i = 0; i < 3; ++i) {
    auto c = gorace::make_chan<int>(1);
    c.send(i);
    c.close();
  }
}

void reassigned() {
  auto c = gorace::make_chan<int>(1);
  c.close();
  c = gorace::make_chan<int>(1);
  c.send(1);
}

void panic_is_wanted(gorace::Chan<int> c) {
  c.close();
  try {
    c.send(1);
  } catch (const gorace::Panic&) {
  }
}

void receive_after_close(gorace::Chan<int> c) {
  c.close();
  c.recv();
}

void closed_in_goroutine(gorace::Chan<int> c) {
  gorace::go([c] { c.close(); });
  c.send(1);
}

void busy(gorace::Chan<int> c) {
  int value = 0;
  while (true) {
    switch (gorace::select(gorace::recv(c, value), gorace::otherwise)) {  // warn: busy-select
      case 0:
        work();
        break;
      default:
        break;
    }
  }
}

void busy_comparison(gorace::Chan<int> c) {
  int value = 0;
  for (;;) {
    if (gorace::select(gorace::recv(c, value), gorace::otherwise) == 0) work();  // warn: busy-select
  }
}

void busy_on_flag(gorace::Chan<int> c, std::atomic<bool>& stop) {
  while (!stop.load()) gorace::select(gorace::recv(c), gorace::otherwise);  // warn: busy-select
}

void yields(gorace::Chan<int> c) {
  while (true) {
    switch (gorace::select(gorace::recv(c), gorace::otherwise)) {
      case 0:
        break;
      default:
        gorace::yield();
    }
  }
}

void works_meanwhile(gorace::Chan<int> stop) {
  while (true) {
    if (gorace::select(gorace::recv(stop), gorace::otherwise) == 0) return;
    work();
  }
}

void leaves_when_nothing_is_ready(gorace::Chan<int> c) {
  while (true) {
    if (gorace::select(gorace::recv(c), gorace::otherwise) == 1) break;
  }
}

void drains(gorace::Chan<int> c) {
  while (gorace::select(gorace::recv(c), gorace::otherwise) == 0) {
  }
}

void bounded(gorace::Chan<int> c) {
  for (int i = 0; i < 100; ++i) gorace::select(gorace::recv(c), gorace::otherwise);
}

void with_handler(gorace::Chan<int> c) {
  while (true) gorace::select(gorace::recv(c), gorace::otherwise([] { gorace::yield(); }));
}

void with_timeout(gorace::Chan<int> c) {
  while (true) gorace::select(gorace::recv(c), gorace::after(1ms));
}

void timer_each_time(gorace::Chan<int> c) {
  while (true) {
    gorace::select(gorace::recv(c), gorace::recv(gorace::after(1s).chan()));  // warn: after-in-loop
  }
}

void timer_once(gorace::Chan<int> c) {
  auto timeout = gorace::after(1s).chan();
  while (true) {
    if (gorace::select(gorace::recv(c), gorace::recv(timeout)) == 1) return;
  }
}

void timer_in_lambda(gorace::Chan<int> c) {
  for (int i = 0; i < 3; ++i) {
    gorace::go([c] { gorace::select(gorace::recv(c), gorace::recv(gorace::after(1s).chan())); });
  }
}

void unused(gorace::Chan<int> c, gorace::Mutex& mutex, gorace::Semaphore& semaphore, gorace::Chan<gorace::Unit> wake) {
  c.try_send(1);            // warn: unused-result
  mutex.try_lock();         // warn: unused-result
  semaphore.try_acquire();  // warn: unused-result
  if (true) c.try_send(1);  // warn: unused-result
  (void)c.try_send(1);
  wake.try_send({});
  if (c.try_send(1)) work();
  const bool sent = c.try_send(1);
  (void)sent;
  while (!mutex.try_lock()) gorace::yield();
  auto result = [&] { return c.try_send(1); };
  (void)result();
}
