// Two threads increment a plain counter.
// expect: race
// expect-report: ^Write at 0x[0-9a-f]{12} by thread [23]:$|^Read at 0x[0-9a-f]{12} by thread [23]:$
// expect-report: ^Previous write at 0x[0-9a-f]{12} by thread [23]:$
// expect-report: ^Thread [23] \((running|finished)\) created at:$
// expect-report: ^Found [0-9]+ data race\(s\)$
// expect-output: ^done$
#include <cstdio>
#include <thread>

int counter = 0;

void count() {
  for (int i = 0; i < 1000; ++i) ++counter;
}

int main() {
  std::thread one(count);
  std::thread other(count);
  one.join();
  other.join();
  puts("done");
}
