#!/usr/bin/env bash
# The installed package in other build systems: CMake's find_package and toolchain file, pkg-config.
source "$(dirname "$0")/check.sh"
build=$(dirname "$(dirname "$gorace")")

t cmake --install "$build" --prefix "$PWD/first"
code_is 0
mv first moved
prefix=$PWD/moved

cat >race.cc <<'END'
#include <gorace/gorace.h>
int shared;
int main() {
  gorace::WaitGroup group;
  for (int i = 0; i < 2; ++i) group.go([] { ++shared; });
  group.wait();
}
END
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(outside LANGUAGES C CXX)
find_package(gorace 0.1 REQUIRED)
add_executable(checked race.cc)
gorace_instrument(checked)
add_executable(plain race.cc)
target_link_libraries(plain PRIVATE gorace::gorace)
set_target_properties(checked plain PROPERTIES CXX_STANDARD 20)
END
reports_race() {
  t "$prefix/bin/gorace" run --race=on "$1"
  code_is 66
  err_has '^Found 1 data race'
  err_has 'race\.cc:5'
}

t cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$clang" -DCMAKE_CXX_COMPILER="$clangxx"
code_is 0
t cmake --build build
code_is 0
reports_race build/checked
t build/plain
code_is 0
err_is ""

# All of a build.
t cmake -S . -B all -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_TOOLCHAIN_FILE="$prefix/lib/cmake/gorace/gorace-toolchain.cmake"
code_is 0
t cmake --build all --target checked
code_is 0
reports_race all/checked

# Another compiler is refused while configuring.
t cmake -S . -B wrong -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++
code_is 1
err_has 'gorace_instrument\(checked\): needs clang '"$llvm"

if command -v pkg-config >/dev/null; then
  export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
  # shellcheck disable=SC2046
  t "$clangxx" -std=c++20 race.cc -o plain-by-pkg-config $(pkg-config --cflags --libs gorace)
  code_is 0
  t ./plain-by-pkg-config
  code_is 0
  t "$clangxx" -std=c++20 -O1 race.cc -o by-pkg-config $(pkg-config --variable=cflags_race gorace) \
    $(pkg-config --cflags gorace) $(pkg-config --variable=libs_race gorace) $(pkg-config --libs gorace)
  code_is 0
  reports_race ./by-pkg-config
fi

finish
