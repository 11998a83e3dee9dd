// The report says what memory it is about: the stack of the main thread.
// expect: race
// expect-report: ^Stack of main thread\.$
#include <thread>

int main() {
  int on_stack = 0;
  int* const shared = &on_stack;
  std::thread one([shared] { ++*shared; });
  std::thread other([shared] { ++*shared; });
  one.join();
  other.join();
  return on_stack == 0;
}
