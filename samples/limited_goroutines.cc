// A semaphore that limits how many goroutines do something at once: a buffered channel used as tokens.
//
// Run:    gorace run samples/limited_goroutines.cc
// Exit:   0
// Stdout: ^20 done, never more than 3 at once$
#include <gorace/gorace.h>

#include <algorithm>
#include <cstdio>
#include <mutex>

int main() {
  constexpr int kLimit = 3;
  auto tokens = gorace::make_chan<bool>(kLimit);
  gorace::Mutex mutex;
  int active = 0;
  int most = 0;
  int done = 0;

  gorace::WaitGroup wg;
  for (int i = 0; i < 20; ++i) {
    wg.go([&] {
      tokens.send(true);
      {
        std::lock_guard lock(mutex);
        most = std::max(most, ++active);
      }
      gorace::yield();  // the limited work
      {
        std::lock_guard lock(mutex);
        --active;
        ++done;
      }
      tokens.recv();
    });
  }
  wg.wait();
  std::printf("%d done, never more than %d at once\n", done, most <= kLimit ? kLimit : most);
}
