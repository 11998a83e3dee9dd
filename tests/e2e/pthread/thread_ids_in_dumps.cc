// A dump of a program without goroutines calls its threads what race reports call them.
// expect: race
// expect-exit: 2
// expect-report: ^Previous write at 0x[0-9a-f]+ by thread 2 'racer':$
// expect-report: ^goroutine 2 \[running, .*"racer"
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <thread>

int value = 0;
std::atomic<bool> raced{false};

int main() {
  std::thread racer([] {
    pthread_setname_np(pthread_self(), "racer");
    value = 1;
    raced.store(true, std::memory_order_relaxed);
    for (;;) pause();
  });
  while (!raced.load(std::memory_order_relaxed)) std::this_thread::yield();
  value = 2;
  kill(getpid(), SIGQUIT);
  for (;;) pause();
}
