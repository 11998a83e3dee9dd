// exitcode=0: races are reported and do not change the exit code.
// expect: race
// options: exitcode=0
// expect-exit: 0
#include <thread>

int value = 0;

int main() {
  std::thread one([] { value = 1; });
  std::thread other([] { value = 2; });
  one.join();
  other.join();
}
