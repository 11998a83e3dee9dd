// Waits inside the initialisers of static variables and inside call_once.
// expect: finding
// expect-report: ^WARNING: PARKED IN AN INITIALISER: a goroutine waits inside a static initialiser or call_once$
// expect-report: ^Waits \(chan receive\) by goroutine [0-9]+ at:$
// expect-report: ^  ask_for\(\)$
// expect-report: ^  settings\(\)$
// expect-report: ^  outer\(\)$
// expect-report: ^Global var guard variable for settings\(\)::value of size 8 at
// expect-report: ^Global var g_flag of size 4 at
// expect-report: ^Hint: .* gorace::Once or gorace::once_value\.$
// expect-report: ^Found 2 other problem\(s\)$
// expect-no-report: failing\(\)::value
// expect-output: ^1 2 3$
#include <gorace/gorace.h>

#include <cstdio>
#include <mutex>
#include <stdexcept>

[[gnu::noinline]] int ask_for(int n) {
  auto answer = gorace::make_chan<int>(0);
  gorace::go([=] { answer << n; });
  return *answer.recv();
}

int settings() {
  static const int value = ask_for(1);
  return value;
}

int outer() {
  static const int value = settings() + 1;
  return value;
}

// An initialiser that failed is left: what follows is no wait in it.
int failing() {
  static const int value = []() -> int { throw std::runtime_error("not today"); }();
  return value;
}

std::once_flag g_flag;
int g_once = 0;

int main() {
  gorace::gomaxprocs(1);  // nobody answers before the question waits
  gorace::WaitGroup all;
  all.go([] {
    outer();
    try {
      failing();
    } catch (const std::runtime_error&) {
      ask_for(0);
    }
    std::call_once(g_flag, [] { g_once = ask_for(3); });
    ask_for(0);
  });
  all.wait();
  std::printf("%d %d %d\n", settings(), outer(), g_once);
}
