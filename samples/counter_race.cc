// The unsynchronised counter: two goroutines increment one int. The race is reported with both stacks.
//
// Run:    gorace run samples/counter_race.cc
// Exit:   66
// Stdout: ^counter = [0-9]+$
// Stderr: ^WARNING: DATA RACE$
// Stderr: ^(Read|Write) at 0x[0-9a-f]+ by goroutine [0-9]+:$
// Stderr: ^Previous (read|write) at 0x[0-9a-f]+ by goroutine [0-9]+:$
// Stderr: counter_race.cc:20
// Stderr: ^Goroutine [0-9]+ \((running|finished)\) created at:$
// Stderr: ^Found [12] data race\(s\)$
#include <gorace/gorace.h>

#include <cstdio>

int counter = 0;

void count_to(int n) {
  for (int i = 0; i < n; ++i) {
    ++counter;
  }
}

int main() {
  gorace::WaitGroup wg;
  wg.go([] { count_to(1000); });
  wg.go([] { count_to(1000); });
  wg.wait();
  std::printf("counter = %d\n", counter);
}
