// select with a timeout: wait for an answer, but not longer than 10 ms.
//
// Run:    gorace run samples/select_timeout.cc
// Exit:   0
// Stdout: ^timed out$
#include <gorace/gorace.h>

#include <chrono>
#include <cstdio>

int main() {
  using namespace std::chrono_literals;
  auto answer = gorace::make_chan<int>();
  int value = 0;
  switch (gorace::select(gorace::recv(answer, value), gorace::after(10ms))) {
    case 0:
      std::printf("answer %d\n", value);
      break;
    case 1:
      std::puts("timed out");
  }
}
