// Races in an exit handler, a static object's destructor and a function after these: all count, and the exit goes on.
// expect: race
// needs: symbols
// expect-report: ^Global var in_handler of size 4
// expect-report: ^Global var in_destructor of size 4
// expect-report: ^Global var in_last_function of size 4
// expect-report: ^Found 3 data race\(s\)$
// expect-output: ^the last function has run$
#include <cstdio>
#include <cstdlib>
#include <thread>

int in_handler;
int in_destructor;
int in_last_function;

namespace {

void race_on(int* variable) {
  std::thread other([variable] { *variable = 1; });
  *variable = 2;
  other.join();
}

struct Static {
  ~Static() { race_on_its_own(); }
  // Another place than the handler's: each pair of stacks is reported once.
  void race_on_its_own() {
    std::thread other([] { in_destructor = 1; });
    in_destructor = 2;
    other.join();
  }
};
Static object;

[[gnu::destructor]] void last_function() {
  std::thread other([] { in_last_function = 1; });
  in_last_function = 2;
  other.join();
  puts("the last function has run");
}

}  // namespace

int main() {
  atexit([] { race_on(&in_handler); });
}
