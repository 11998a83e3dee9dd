#!/usr/bin/env bash
# gorace-c++ as the compiler of build systems that do not know gorace.
source "$(dirname "$0")/check.sh"
tools=$(dirname "$gorace")

cat >main.cc <<'END'
int value();
int main() { return value(); }
END
echo 'extern "C" int c_value(void); int value() { return c_value(); }' >value.cc
echo 'int c_value(void) { return 3; }' >c_value.c

# CMake identifies it as clang, and its own checks pass.
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(example LANGUAGES C CXX)
find_package(Threads REQUIRED)
add_library(value SHARED value.cc c_value.c)
add_executable(program main.cc)
target_link_libraries(program PRIVATE value Threads::Threads)
file(WRITE ${CMAKE_BINARY_DIR}/compiler ${CMAKE_CXX_COMPILER_ID}-${CMAKE_CXX_COMPILER_VERSION})
END
t cmake -S . -B build -DCMAKE_C_COMPILER="$tools/gorace-cc" -DCMAKE_CXX_COMPILER="$tools/gorace-c++" -DCMAKE_BUILD_TYPE=Release
code_is 0
t cat build/compiler
out_has "^Clang-$llvm\\."
t cmake --build build
code_is 0
t build/program
code_is 3
t gorace run --race=on build/program
code_is 3
err_is ""

# make.
t make -s CXX="$tools/gorace-c++" CC="$tools/gorace-cc" LINK.o="$tools/gorace-c++" main.o value.o c_value.o
code_is 0
t "$tools/gorace-c++" main.o value.o c_value.o -o made
code_is 0
t gorace run --race=on ./made
code_is 3

# ccache inside.
if command -v ccache >/dev/null; then
  unset "${!CCACHE_@}"  # the caller's settings
  export CCACHE_DIR=$scratch/ccache
  for round in 1 2; do
    GORACE_CXX="ccache $clangxx" t gorace c++ -c main.cc -o cached.o
    code_is 0
  done
  t ccache --show-stats
  out_has 'Hits: +1 '
fi

finish
