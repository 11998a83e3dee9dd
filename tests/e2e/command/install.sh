#!/usr/bin/env bash
# An installation works from wherever it is put.
source "$(dirname "$0")/check.sh"
build=$(dirname "$(dirname "$gorace")")

t cmake --install "$build" --prefix "$PWD/first"
code_is 0
mv first moved
for file in bin/gorace bin/gorace-c++ bin/gorace-cc lib/gorace/libgorace.a lib/gorace/libgorace_race.a lib/gorace/libgorace_detector.a \
  "lib/gorace/llvm$llvm/gorace-plug.so" include/gorace/gorace.h; do
  check [ -e "moved/$file" ]
done
cat >hello.cc <<'END'
#include <gorace/gorace.h>
#include <cstdio>
int main() {
  gorace::WaitGroup group;
  group.go([] { puts("hello"); });
  group.wait();
}
END
t moved/bin/gorace run hello.cc
code_is 0
out_is hello
err_is ""
t moved/bin/gorace-c++ -std=c++20 hello.cc -o hello
code_is 0
t ./hello
out_is hello

# Plugins for several versions side by side: the compiler decides.
other=16
[ "$llvm" = 16 ] && other=19
t cp -r "moved/lib/gorace/llvm$llvm" "moved/lib/gorace/llvm$other"
printf '#!/bin/sh\n[ "$1" = --version ] && echo "clang version %s.0.0" || echo "$@"\n' "$other" >other-clang && chmod +x other-clang
GORACE_CXX=$PWD/other-clang t moved/bin/gorace c++ -c hello.cc
code_is 0
out_has "-fplugin=$PWD/moved/lib/gorace/llvm$other/gorace-plug.so"
t moved/bin/gorace c++ -### -c hello.cc
err_has "\"-load\" \"$PWD/moved/lib/gorace/llvm19/gorace-plug.so\""

finish
