#!/usr/bin/env bash
# A CMake project of libraries of all kinds, C, a precompiled header and code without exceptions and RTTI, built in every way that the documentation names:
# each of its libraries' races is reported, with its line.
#   projects.sh GORACE PROBE [few]     few: without what does not depend on the compiler's version
source "$(dirname "$0")/check.sh"
build=$(dirname "$(dirname "$gorace")")
scope=${3:-all}

t cmake --install "$build" --prefix "$PWD/prefix"
code_is 0
prefix=$PWD/prefix

for kind in static shared object module; do echo "extern \"C\" void bump_$kind(int* p) { ++*p; }" >$kind.cc; done
echo 'void bump_c(int* p) { ++*p; }' >c.c
cat >main.cc <<'END'
#include <dlfcn.h>
extern "C" {
void bump_static(int*);
void bump_shared(int*);
void bump_object(int*);
void bump_c(int*);
}
int counts[5];
int main(int, char** argv) {
  void* module = dlopen(argv[1], RTLD_NOW);
  if (module == nullptr) return 9;
  auto bump_module = reinterpret_cast<void (*)(int*)>(dlsym(module, "bump_module"));
  auto bump_all = [&] {
    bump_static(&counts[0]);
    bump_shared(&counts[1]);
    bump_object(&counts[2]);
    bump_c(&counts[3]);
    bump_module(&counts[4]);
  };
  std::thread first(bump_all), second(bump_all);
  first.join();
  second.join();
}
END
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(outside LANGUAGES C CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(gorace REQUIRED)
add_library(static STATIC static.cc)
target_compile_options(static PRIVATE -fno-exceptions -fno-rtti)
add_library(shared SHARED shared.cc)
add_library(object OBJECT object.cc)
add_library(c STATIC c.c)
add_library(module MODULE module.cc)
add_executable(program main.cc)
target_precompile_headers(program PRIVATE <thread> <gorace/gorace.h>)
target_link_libraries(program PRIVATE static shared object c ${CMAKE_DL_LIBS})
if(EACH)
  foreach(target static shared object c module program)
    gorace_instrument(${target})
  endforeach()
endif()
END

# builds OPTION...: configures and builds afresh, runs the program, and looks for the five reports.
builds() {
  rm -rf out
  t cmake -G Ninja -S . -B out -DCMAKE_PREFIX_PATH="$prefix" "$@"
  code_is 0
  t cmake --build out
  code_is 0
  t "$prefix/bin/gorace" run --race=on out/program "$PWD/out/libmodule.so"
  code_is 66
  err_has '^Found 5 data race'
  for file in static.cc shared.cc object.cc module.cc c.c; do err_has "/$file:1 "; done
}

each=(-DEACH=ON -DCMAKE_C_COMPILER="$clang" -DCMAKE_CXX_COMPILER="$clangxx")
whole=(-DCMAKE_TOOLCHAIN_FILE="$prefix/lib/cmake/gorace/gorace-toolchain.cmake")
builds "${each[@]}" -DCMAKE_BUILD_TYPE=Debug
builds "${whole[@]}" -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON
if [ "$scope" = all ] && command -v ccache >/dev/null; then
  unset "${!CCACHE_@}"  # the caller's settings
  export CCACHE_DIR=$scratch/ccache
  launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  builds "${each[@]}" "${launcher[@]}"
  builds "${each[@]}" "${launcher[@]}"
  t ccache --show-stats
  out_has 'Hits: +[5-9] '
fi
# By its path: -fuse-ld=lld may be that of another LLVM, which does not read this one's bitcode.
lld=/usr/lib/llvm-$llvm/bin/ld.lld
if [ -x "$lld" ]; then
  thin=(-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON)
  for kind in EXE SHARED MODULE; do thin+=("-DCMAKE_${kind}_LINKER_FLAGS=--ld-path=$lld"); done
  [ "$scope" = few ] || builds "${each[@]}" "${thin[@]}"
  builds "${whole[@]}" "${thin[@]}"
fi

# One clear error, not a screenful, where the language is too old.
printf '#include <gorace/gorace.h>\nint main() {}\n' >old.cc
for compiler in "$prefix/bin/gorace-c++" g++; do
  command -v "$compiler" >/dev/null || continue
  t "$compiler" -std=c++17 -isystem "$prefix/include" -c old.cc
  code_is 1
  err_has 'gorace needs C\+\+20: compile with -std=c\+\+20'
  check [ "$(grep -c 'error: ' "$err")" -le 2 ]
done

finish
