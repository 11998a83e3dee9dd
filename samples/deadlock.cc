// Everybody waits for somebody else: the runtime says so, as Go does, instead of hanging.
//
// Run:    gorace run samples/deadlock.cc
// Exit:   2
// Stderr: ^fatal error: all goroutines are asleep - deadlock!$
// Stderr: ^goroutine 1 .*\[chan receive\]:$
// Stderr: deadlock.cc:18
#include <gorace/gorace.h>

int main() {
  auto left = gorace::make_chan<int>();
  auto right = gorace::make_chan<int>();
  gorace::go([=] {
    right.recv();
    left.send(1);
  });
  // Nobody ever sends on `right`.
  left.recv();
}
