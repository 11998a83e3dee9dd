// The child of fork() goes on as one thread: it locks, allocates, makes threads, and finds races of its own.
// expect: race
// expect-output: ^child: 66$
// expect-exit: 0
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
int guarded = 0;
int racy = 0;

int be_child() {
  {
    const std::lock_guard guard(mutex);
    ++guarded;
  }
  std::vector<int> heap(1000, 1);
  std::thread one([] { racy = 1; });
  std::thread other([] { racy = 2; });
  one.join();
  other.join();
  return guarded == 1 && heap[999] == 1 ? 0 : 1;
}

int main() {
  // Another thread keeps the detector busy while the process forks.
  std::atomic<bool> stop{false};
  std::thread busy([&stop] {
    std::mutex own;
    int count = 0;
    while (!stop.load()) {
      const std::lock_guard guard(own);
      free(malloc(static_cast<size_t>(++count % 100)));
    }
  });
  const pid_t child = fork();
  if (child == 0) exit(be_child());
  int status = 0;
  waitpid(child, &status, 0);
  stop.store(true);
  busy.join();
  printf("child: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}
