// The counter under a Mutex: no race, and always 2000.
//
// Run:    gorace run samples/counter_mutex.cc
// Exit:   0
// Stdout: ^counter = 2000$
#include <gorace/gorace.h>

#include <cstdio>
#include <mutex>

int main() {
  int counter = 0;
  gorace::Mutex mutex;
  gorace::WaitGroup wg;
  for (int goroutine = 0; goroutine < 2; ++goroutine) {
    wg.go([&] {
      for (int i = 0; i < 1000; ++i) {
        std::lock_guard lock(mutex);
        ++counter;
      }
    });
  }
  wg.wait();
  std::printf("counter = %d\n", counter);
}
