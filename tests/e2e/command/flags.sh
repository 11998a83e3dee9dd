#!/usr/bin/env bash
# One race, of a C and a C++ file, under the compiler flags that builds use: it is found, with both its lines, each time.
source "$(dirname "$0")/check.sh"

cat >race.h <<'END'
#ifdef __cplusplus
extern "C" {
#endif
extern long shared;
void* add_in_c(void* unused);
#ifdef __cplusplus
}
#endif
END
cat >part.c <<'END'
#include "race.h"
long shared;
void* add_in_c(void* unused) {
  shared = 1;
  return unused;
}
END
cat >main.cc <<'END'
#include <pthread.h>
#include "race.h"
int main() {
  pthread_t thread;
  pthread_create(&thread, nullptr, add_in_c, nullptr);
  shared = 2;
  pthread_join(thread, nullptr);
}
END
# finds PROGRAM: the race, with the line of either side.
finds() {
  t gorace run "$1"
  code_is 66
  err_has '^Found 1 data race'
  err_has 'part\.c:4 '
  err_has 'main\.cc:6 '
}
# with FLAGS...: compiled one by one, linked, run.
with() {
  rm -f part.o main.o program
  t gorace cc "$@" -c part.c -o part.o
  code_is 0
  t gorace c++ "$@" -c main.cc -o main.o
  code_is 0
  t gorace c++ "$@" part.o main.o -o program
  code_is 0
  finds ./program
}

for level in -O0 -O1 -O2 -O3 -Os; do with $level; done
with -O2 -fPIC
with -O2 -fno-pic -no-pie
with -O2 -fno-exceptions
with -O2 -gsplit-dwarf
if command -v "ld.lld-$llvm" >/dev/null || [ -x "/usr/lib/llvm-$llvm/bin/ld.lld" ]; then
  with -O2 -flto=thin -fuse-ld=lld
  with -O2 -flto -fuse-ld=lld
fi

# C++ alone: without type information, and with a precompiled header.
t gorace cc -O2 -c part.c -o part.o
t gorace c++ -O2 -fno-rtti main.cc part.o -o program
code_is 0
finds ./program
t gorace c++ -O2 -x c++-header race.h -o race.h.pch
code_is 0
t gorace c++ -O2 -include-pch race.h.pch -c main.cc -o main.o
code_is 0
t gorace c++ main.o part.o -o program
code_is 0
finds ./program
# Compiled and linked by one command: the header was precompiled by one that does not link.
for use in "-include-pch race.h.pch" "-include race.h"; do
  # shellcheck disable=SC2086
  t gorace c++ -O2 $use main.cc part.o -o program
  code_is 0
  finds ./program
done

# One side in a module of C++20, precompiled; -Werror: what gorace adds is used, or left out.
cat >part.cppm <<'END'
export module part;
export long in_module = 0;
export inline void add_in_header() { in_module = in_module + 1; }
export void* add_in_module(void* unused);
void* add_in_module(void* unused) {
  in_module = 1;
  return unused;
}
END
cat >importer.cc <<'END'
#include <pthread.h>
import part;
int main() {
  pthread_t thread;
  pthread_create(&thread, nullptr, add_in_module, nullptr);
  add_in_header();
  pthread_join(thread, nullptr);
}
END
t gorace c++ -std=c++20 -O2 -Werror --precompile part.cppm -o part.pcm
code_is 0
t gorace c++ -std=c++20 -O2 -Werror -c part.pcm -o part_module.o
code_is 0
t gorace c++ -std=c++20 -O2 -Werror -fmodule-file=part=part.pcm importer.cc part_module.o -o program
code_is 0
t gorace run ./program
code_is 66
err_has '^Found 1 data race'
err_has 'part\.cppm:6 '
err_has 'part\.cppm:3 '

# One side in a shared library.
t gorace cc -O2 -fPIC -shared part.c -o libpart.so
code_is 0
t gorace c++ -O2 main.cc -L. -lpart -Wl,-rpath,"$PWD" -o program
code_is 0
finds ./program

# Static programs are refused, static-pie too.
t gorace c++ -static-pie main.cc part.o -o program
code_is 2
err_has 'a static executable cannot be checked for races'

finish
