// What may be held across waits, and waits that are no parking. The sleeps are such waits, and order nothing: how long
// they take does not matter.
// expect: clean
// runs: 3
#include <gorace/gorace.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>

using namespace std::chrono_literals;

gorace::Mutex g_own;
gorace::RWMutex g_own_rw;
std::mutex g_mutex;
std::condition_variable g_changed;
bool g_ready = false;

void own_locks() {
  const std::lock_guard lock(g_own);
  const std::shared_lock shared(g_own_rw);
  gorace::sleep(1ms);
}

// Locked to its thread: nothing else runs there, and it goes on there.
void locked_to_thread() {
  gorace::lock_os_thread();
  {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    gorace::sleep(1ms);
  }
  gorace::unlock_os_thread();
}

// The wait of a condition variable blocks the thread, with the mutex unlocked.
void condition_variable() {
  std::unique_lock lock(g_mutex);
  g_changed.wait(lock, [] { return g_ready; });
}

void unlocked_before(gorace::Chan<int> chan) {
  {
    const std::lock_guard lock(g_mutex);
    chan.try_send(1);  // does not wait
    chan.recv();       // finds a value
  }
  gorace::sleep(1ms);
  gorace::once_value([] {
    gorace::sleep(1ms);
    return 1;
  })();
}

int main() {
  auto chan = gorace::make_chan<int>(1);
  gorace::WaitGroup all;
  all.go(own_locks);
  all.go(locked_to_thread);
  all.go(condition_variable);
  all.go([=] { unlocked_before(chan); });
  // A thread of the program's own sleeps itself: the lock stays where it is.
  std::thread thread([&] {
    std::mutex mutex;
    const std::lock_guard lock(mutex);
    gorace::sleep(1ms);
    const std::lock_guard changing(g_mutex);
    g_ready = true;
    g_changed.notify_all();
  });
  all.wait();
  thread.join();
}
