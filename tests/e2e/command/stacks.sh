#!/usr/bin/env bash
# Goroutines' stacks are used again by others, and variables on them are shared: neither is a race by itself.
source "$(dirname "$0")/check.sh"

cat >stacks.cc <<'END'
#include <gorace/gorace.h>
#include <cstdio>
void escape(volatile long* here) { asm volatile("" : : "r"(here) : "memory"); }
// Uses about a hundred bytes a level, and writes them on the way down and up.
[[gnu::noinline]] long deep(int levels) {
  volatile long here[8] = {levels};
  escape(here);
  if (levels > 0) here[1] = deep(levels - 1);
  return here[0] + here[1];
}
[[gnu::noinline]] long share(int levels) {
  volatile long pad[16] = {levels};
  if (levels > 0) return pad[0] + share(levels - 1);
  // A variable far down, filled by another goroutine.
  long result = 0;
  auto done = gorace::make_chan<int>();
  gorace::go([&] {
    for (int i = 0; i < 10; ++i) result = result + i;
    done.send(1);
  });
  done.recv();
  return result;
}
int main(int argc, char**) {
  for (int round = 0; round < 30; ++round) {
    gorace::WaitGroup group;
    for (int i = 0; i < 20; ++i) {
      group.go([=] { deep(1 + round * 37 % 400 + i * 19); });
      if (i % 3 == 0) gorace::yield();  // it has ended, maybe: the next has its stack, and is not ordered after it
    }
    for (int i = 0; i < 5; ++i) group.go([=] { share(round * 11 % 100 + i); });
    group.wait();
  }
  if (argc > 1) {  // not ordered: the variable lies on a stack, deep down
    gorace::WaitGroup group;
    group.go([&] {
      long shared = 0;
      gorace::WaitGroup two;
      two.go([&] { shared = 1; });
      two.go([&] { shared = 2; });
      two.wait();
    });
    group.wait();
  }
  puts("done");
}
END
t gorace c++ -std=c++20 -g -O1 stacks.cc -o stacks
code_is 0
GOMAXPROCS=1 t gorace run ./stacks
code_is 0
err_is ""
GOMAXPROCS=4 t gorace run ./stacks
code_is 0
err_is ""
t gorace run ./stacks race
code_is 66
err_has '^Found 1 data race'
finish
