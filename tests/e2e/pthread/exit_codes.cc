// The program's own exit code is kept; the count is still printed.
// expect: race
// expect-exit: 3
// expect-report: ^Found 1 data race\(s\)$
#include <cstdlib>
#include <thread>

int value = 0;

int main() {
  std::thread one([] { value = 1; });
  std::thread other([] { value = 2; });
  one.join();
  other.join();
  exit(3);
}
