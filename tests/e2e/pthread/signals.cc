// Handlers run while their thread is in and out of the detector, and use what the interrupted code uses.
// expect: clean
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <thread>

std::atomic<int> shared{0};
std::atomic<int> handled{0};

void on_signal(int) {
  shared.fetch_add(1);
  handled.fetch_add(1);
}

int main() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigaction(SIGUSR1, &action, nullptr);
  std::atomic<bool> stop{false};
  std::thread busy([&stop] {
    while (!stop.load()) shared.fetch_add(1);
  });
  for (int i = 0; i < 200; ++i) {
    const int before = handled.load();
    pthread_kill(busy.native_handle(), SIGUSR1);
    while (handled.load() == before) std::this_thread::yield();
  }
  stop.store(true);
  busy.join();
  struct sigaction shown = {};
  sigaction(SIGUSR1, nullptr, &shown);
  return handled.load() == 200 && shown.sa_handler == on_signal && (shown.sa_flags & SA_SIGINFO) == 0 ? 0 : 1;
}
