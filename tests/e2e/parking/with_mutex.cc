// A goroutine, and main, that wait while they hold locks of their thread. Each place is told once, with its locks.
// expect: finding
// clang-format off
// expect-report: ^WARNING: PARKED WITH A LOCK: a goroutine waits while it holds a std::mutex, or another lock of its thread$
// expect-report: ^Waits \(chan receive\) by goroutine [0-9]+ 'receiver' at:$
// expect-report: ^  receive_with_mutex\(\)$
// expect-report: ^Lock 0x[0-9a-f]+ \(g_mutex\) held by goroutine [0-9]+ 'receiver', taken at:$
// expect-report: ^Waits \(sleep\) by goroutine [0-9]+ at:$
// expect-report: ^  sleep_with_shared_mutex\(\)$
// expect-report: ^Lock 0x[0-9a-f]+ \(g_shared_mutex\) held by goroutine [0-9]+, taken at:$
// expect-report: ^Lock 0x[0-9a-f]+ \(g_recursive\) held by goroutine [0-9]+, taken at:$
// expect-report: ^Waits \(sync.WaitGroup.Wait\) by main goroutine at:$
// expect-report: ^Hint: .* Unlock before the wait, or use gorace::Mutex\.$
// expect-report: ^Found 3 other problem\(s\)$
// expect-no-report: g_own
// clang-format on
#include <gorace/gorace.h>

#include <chrono>
#include <mutex>
#include <shared_mutex>

std::mutex g_mutex;
std::shared_mutex g_shared_mutex;
std::recursive_mutex g_recursive;
gorace::Mutex g_own;  // may be held, and is not named beside the others

[[gnu::noinline]] void receive_with_mutex(gorace::Chan<int> chan) {
  const std::lock_guard own(g_own);
  const std::lock_guard lock(g_mutex);
  chan.recv();
  chan.recv();  // closed: no wait
}

// A sleep is the wait that is told, and told once; how long it takes does not matter.
[[gnu::noinline]] void sleep_with_shared_mutex() {
  const std::shared_lock lock(g_shared_mutex);
  const std::lock_guard recursive(g_recursive);
  for (volatile int i = 0; i < 3; i = i + 1) gorace::sleep(std::chrono::microseconds(10));
}

int main() {
  gorace::gomaxprocs(1);  // nobody makes ready what a goroutine is about to wait for
  auto chan = gorace::make_chan<int>(0);
  gorace::WaitGroup all;
  all.add(2);
  gorace::go({.name = "receiver"}, [&] {
    receive_with_mutex(chan);
    all.done();
  });
  gorace::go([&] {
    sleep_with_shared_mutex();
    chan.close();
    all.done();
  });
  std::mutex mutex;
  const std::lock_guard lock(mutex);
  all.wait();
}
