// The smallest program with a goroutine: start one, wait for it.
//
// Run:    gorace run samples/hello_goroutine.cc
// Exit:   0
// Stdout: ^hello from main$
// Stdout: ^hello from a goroutine$
#include <gorace/gorace.h>

#include <cstdio>

int main() {
  gorace::WaitGroup wg;
  wg.go([] { std::puts("hello from a goroutine"); });
  std::puts("hello from main");
  wg.wait();
}
