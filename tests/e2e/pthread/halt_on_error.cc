// halt_on_error: nothing after the first race is executed, and no count is printed.
// expect: race
// options: halt_on_error=1 exitcode=7
// expect-exit: 7
// expect-no-report: ^Found
#include <cstdio>
#include <thread>

int value = 0;

int main() {
  std::thread one([] { value = 1; });
  std::thread other([] { value = 2; });
  one.join();
  other.join();
  return 0;
}
