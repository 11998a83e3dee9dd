// select with a default: look whether a value is there, without waiting.
//
// Run:    gorace run samples/select_default.cc
// Exit:   0
// Stdout: ^nothing yet$
// Stdout: ^received 7$
#include <gorace/gorace.h>

#include <cstdio>

void look(gorace::RecvChan<int> values) {
  int value = 0;
  switch (gorace::select(gorace::recv(values, value), gorace::otherwise)) {
    case 0:
      std::printf("received %d\n", value);
      break;
    default:
      std::puts("nothing yet");
  }
}

int main() {
  auto values = gorace::make_chan<int>(1);
  look(values);
  values.send(7);
  look(values);
}
