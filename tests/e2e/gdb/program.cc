// Goroutines for gdb to look at. Stops in stop_here(); with an argument it dies there, and leaves a core file.
#include <gorace/gorace.h>

#include <mutex>

#include "runtime/sched/sched.h"

gorace::Chan<int> g_numbers;
gorace::Chan<int> g_nil;
gorace::Mutex g_mutex;
gorace::WaitGroup g_group;
gorace::RWMutex g_read;
gorace::RWMutex g_written;
gorace::RWMutex g_wanted;
gorace::Mutex g_mutex_of_cond;
gorace::Cond g_cond;
gorace::Semaphore g_semaphore(5);

[[gnu::noinline]] int receive_number(int parameter) {
  const int number = g_numbers.recv().value_or(0);
  return number + parameter;
}

[[gnu::noinline]] void take_mutex() {
  std::lock_guard lock(g_mutex);
  asm volatile("");
}

extern "C" [[gnu::noinline]] void stop_here(bool die) {
  if (die) __builtin_trap();
  asm volatile("" ::: "memory");
}

extern "C" [[gnu::noinline]] void went_on() { asm volatile("" ::: "memory"); }

// parked counts the goroutines that wait.
int parked() {
  int count = 0;
  const auto visit = [](gorace::runtime::G* g, void* counted) {
    if (g->status.load() == gorace::runtime::GStatus::kWaiting) ++*static_cast<int*>(counted);
  };
  gorace::runtime::for_each_goroutine(visit, &count, /*stop_the_world=*/true);
  return count;
}

// hold_locks leaves locks held in each way there is, and goroutines that wait for them.
void hold_locks() {
  g_read.lock_shared();
  g_read.lock_shared();
  g_written.lock();
  gorace::go([] { g_written.lock(); });
  gorace::go([] { g_written.lock_shared(); });
  g_wanted.lock_shared();
  gorace::go([] { g_wanted.lock(); });
  gorace::go([] {
    g_mutex_of_cond.lock();
    g_cond.wait(g_mutex_of_cond);
  });
  g_semaphore.acquire(3);
  for (int i = 0; i < 2; ++i) gorace::go([] { g_semaphore.acquire(4); });
}

int main(int argc, char**) {
  g_numbers = gorace::make_chan<int>(3);
  g_mutex.lock();
  g_group.go([] { g_group.wait(); });
  gorace::go({.name = "receiver"}, [] { receive_number(42); });
  gorace::go(take_mutex);
  auto full = gorace::make_chan<int>(2);
  full << 1 << 2;
  hold_locks();
  while (parked() < 9) gorace::yield();
  stop_here(argc > 1);
  went_on();
  return full.len() == 2 ? 0 : 1;
}
