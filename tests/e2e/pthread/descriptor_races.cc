// A descriptor that one thread closes while another uses it is a race; one that is handed over is not.
// expect: race
// needs: symbols
// expect-report: ^File descriptor [0-9]+ opened by main thread at:$
// expect-report: ^  uses\(\)$
// expect-report: ^  closes\(\)$
// expect-report: ^Found 1 data race\(s\)$
// expect-no-report: ordered
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <thread>

int ends[2];
std::atomic<bool> used{false};

[[gnu::noinline]] void uses() {
  if (write(ends[1], "x", 1) != 1) puts("?");
  used.store(true, std::memory_order_relaxed);
}
[[gnu::noinline]] void closes() {
  while (!used.load(std::memory_order_relaxed)) {
  }
  close(ends[1]);
}

// The number is used again, by somebody else who knows nothing of its former life.
void ordered() {
  for (int i = 0; i < 10; ++i) {
    std::thread([] {
      const int fd = open("/dev/null", O_WRONLY);
      if (write(fd, "x", 1) != 1) puts("?");
      close(fd);
      FILE* file = fopen("/dev/null", "w");
      if (write(fileno(file), "x", 1) != 1) puts("?");
      fclose(file);
      const int copy = fcntl(ends[0], F_DUPFD, 10);
      close(copy);
    }).join();
  }
}

int main() {
  if (pipe(ends) != 0) return 1;
  std::thread user(uses), closer(closes);
  user.join();
  closer.join();
  ordered();
}
