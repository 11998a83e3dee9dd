// How many goroutines are there, and what do they do? num_goroutine() counts them; SIGQUIT (Ctrl-\) or `gorace dump PID` prints
// every goroutine with its stack. Here the program sends the signal to itself.
//
// Run:    gorace run samples/debug_goroutines.cc
// Exit:   2
// Stdout: ^6 goroutines$
// Stderr: ^SIGQUIT: quit$
// Stderr: ^goroutine 1 .*\[
// Stderr: ^goroutine [0-9]+ \[chan receive\]:$
// Stderr: ^created by .*main in goroutine 1$
// Stderr: debug_goroutines.cc:18
#include <gorace/gorace.h>

#include <csignal>
#include <cstdio>

void wait_for_work(gorace::RecvChan<int> work) {
  work.recv();
}

int main() {
  auto work = gorace::make_chan<int>();
  for (int i = 0; i < 5; ++i) gorace::go(wait_for_work, work);
  // Until all of them wait: each yield lets the others run.
  for (int i = 0; i < 1000; ++i) gorace::yield();
  std::printf("%zu goroutines\n", gorace::num_goroutine());
  std::fflush(stdout);
  std::raise(SIGQUIT);
  gorace::Chan<int>().recv();  // a nil channel: for ever; the dump ends the program
}
