// Variables of stacks, by function and name: of the thread that reports, and of one that waits for others.
// expect: race
// needs: symbols
// expect-report: ^Local var of_waiting of main\(\) of size 4 at 0x[0-9a-f]+ declared at .*stack_variables\.cc:50$
// expect-report: ^Local var array of reports\(\) of size 400 at 0x[0-9a-f]+ declared at .*stack_variables\.cc:27$
// expect-report: ^Stack of main thread\.$
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

std::atomic<bool> written{false};

template <class T>
void keep(T& object) {
  asm volatile("" : : "r"(&object) : "memory");
}

[[gnu::noinline]] void write_third(int* array) {
  array[3] = 1;
  keep(array[3]);
  written.store(true, std::memory_order_relaxed);
}

// The present access is the owner's.
[[gnu::noinline]] void reports() {
  int array[100] = {};
  keep(array);
  std::thread other(write_third, array);
  while (!written.load(std::memory_order_relaxed)) std::this_thread::yield();
  write_third(array);
  other.join();
}

std::atomic<bool> about_to_wait{false};

// The main thread has nothing to sleep for any more but the end of the others.
void wait_until_main_waits() {
  char state = '\0';
  while (!about_to_wait.load(std::memory_order_relaxed) || state != 'S') {
    std::this_thread::yield();
    FILE* status = fopen("/proc/self/stat", "r");
    if (fscanf(status, "%*d %*s %c", &state) != 1) abort();
    fclose(status);
  }
}

int main() {
  reports();
  int of_waiting = 0;
  int* const shared = &of_waiting;
  const auto bump = [shared] {
    wait_until_main_waits();
    ++*shared;
  };
  std::thread one(bump), two(bump);
  about_to_wait.store(true, std::memory_order_relaxed);
  one.join();
  two.join();
  return of_waiting == 0;
}
