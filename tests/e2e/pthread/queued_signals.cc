// Real-time signals are queued, not merged: as many come to the handler as were sent, whatever the thread that they
// interrupt is doing.
// expect: clean
// expect-output: ^20000 of 20000$
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>

constexpr int kSignals = 20'000;

std::atomic<int> handled{0};
std::atomic<bool> over{false};
sem_t ready;
int cells[4096];

// Much of the detector's work: new epochs, new memory, locks.
void* work(void*) {
  sem_post(&ready);
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  while (!over.load(std::memory_order_relaxed)) {
    pthread_mutex_lock(&mutex);
    for (int& cell : cells) cell = cell + 1;
    pthread_mutex_unlock(&mutex);
    auto block = std::make_unique<int[]>(1000);
    for (int i = 0; i < 1000; ++i) block[i] = i;
  }
  return nullptr;
}

void on_signal(int, siginfo_t*, void*) { handled.fetch_add(1, std::memory_order_relaxed); }

int main() {
  struct sigaction action{};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGRTMIN, &action, nullptr);
  sem_init(&ready, 0, 0);
  pthread_t thread;
  pthread_create(&thread, nullptr, work, nullptr);
  sem_wait(&ready);
  for (int sent = 0; sent < kSignals;) {
    const int error = pthread_sigqueue(thread, SIGRTMIN, sigval{.sival_int = sent});
    if (error == 0) ++sent;
    if (error != 0 && error != EAGAIN) return 1;  // EAGAIN: as many as may be pending are
  }
  // What is pending comes to the thread before it can end.
  over.store(true, std::memory_order_relaxed);
  pthread_join(thread, nullptr);
  printf("%d of %d\n", handled.load(), kSignals);
}
