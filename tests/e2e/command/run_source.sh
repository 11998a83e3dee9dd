#!/usr/bin/env bash
# gorace run FILE.cc: compiled, run, and nothing left behind.
source "$(dirname "$0")/check.sh"
export TMPDIR=$scratch/tmp
mkdir "$TMPDIR"

cat >main.cc <<'END'
#include <cstdio>
#include <cstdlib>
#include <filesystem>
int extra();
int main(int argc, char** argv) {
  for (int i = 0; i < argc; ++i) printf("[%s]\n", argv[i]);
  // The binary is gone before the program starts.
  if (!std::filesystem::is_empty(getenv("TMPDIR"))) puts("the temporary folder is not empty");
  return extra();
}
END
echo 'int extra() { return 7; }' >extra.cpp

t gorace run main.cc extra.cpp one --leaks three.cc
code_is 7
out_is "[main]
[one]
[--leaks]
[three.cc]"
err_is ""
check is_empty "$TMPDIR"

# `--` before the sources ends gorace's flags, after them ends the sources.
t gorace run -- main.cc extra.cpp -- extra.cpp --
code_is 7
out_is "[main]
[extra.cpp]
[--]"

# Compiler flags.
echo 'int extra() { return VALUE; }' >defined.cxx
t gorace run --cxxflags="-DVALUE=9 -std=c++20" -O2 -v main.cc defined.cxx
code_is 9
err_has "clang\+\+.* -O2 -DVALUE=9 -std=c\+\+20 main.cc defined.cxx "
t gorace run -v main.cc extra.cpp
err_has ' -O1 '
err_has ' -fplugin='
t gorace run -v --race=off main.cc extra.cpp
code_is 7
err_lacks ' -fplugin='
t gorace run -O9 main.cc
code_is 2

# C, and C beside C++.
echo '#include <stdio.h>
int main(void) { int class = 5; return class; }' >plain.c
t gorace run plain.c
code_is 5
echo 'extern "C" int c_part(); int main() { return c_part(); }' >mixed.cc
echo 'int c_part(void) { int class = 6; return class; }' >part.c
t gorace run mixed.cc part.c
code_is 6
err_is ""

# What does not compile: the compiler's own words, code 1.
echo 'int main() { return undeclared; }' >broken.cc
t gorace run broken.cc
code_is 1
out_is ""
err_has "^broken.cc:1:21: error: use of undeclared identifier 'undeclared'"
err_lacks '^gorace'
echo 'int missing(); int main() { return missing(); }' >unlinked.cc
t gorace run unlinked.cc
code_is 1
err_has 'undefined reference to .missing\(\)'
t gorace run none.cc
code_is 1
err_has "no such file or directory: 'none.cc'"
check is_empty "$TMPDIR"

# The compiler that is named.
GORACE_CXX=/no/such/compiler t gorace run main.cc
code_is 127
err_is "gorace run: GORACE_CXX=/no/such/compiler: there is no such compiler"
GORACE_CXX=/bin/true t gorace run main.cc
code_is 2
err_is "gorace run: GORACE_CXX=/bin/true is not clang; gorace's compiler plugin needs clang $llvm"
TMPDIR=/no/such/folder t gorace run main.cc
code_is 1
err_has 'cannot make /no/such/folder/gorace-run-'

# A signal while the compiler runs: it ends the compiler and the command, and the folder is removed. This compiler says that it runs, and
# waits to be ended.
mkfifo started
cat >compiler <<END
#!/bin/sh
[ "\$1" = --version ] && { echo "clang version $llvm.0.0"; exit; }
trap 'exit 1' TERM
echo started >started
while :; do sleep 0.01; done
END
chmod +x compiler
GORACE_CXX=$PWD/compiler "$gorace" run main.cc extra.cpp >"$out" 2>"$err" &
child=$!
read -r _ <started
check [ "$(ls "$TMPDIR" | wc -l)" = 1 ]
kill -TERM "$child"
wait "$child"
code=$?
code_is 143
check is_empty "$TMPDIR"

finish
