#!/usr/bin/env bash
# What is not checked: <gorace/annotations.h> and ignore lists.
source "$(dirname "$0")/check.sh"

# Two threads that nothing orders, the second after the first in time: a relaxed atomic tells it when.
cat >two.h <<'END'
#include <gorace/annotations.h>
#include <pthread.h>
struct Turns {
  void (*first)();
  void (*second)();
  bool done;
};
void* run_first(void* turns) {
  static_cast<Turns*>(turns)->first();
  __atomic_store_n(&static_cast<Turns*>(turns)->done, true, __ATOMIC_RELAXED);
  return nullptr;
}
void* run_second(void* turns) {
  while (!__atomic_load_n(&static_cast<Turns*>(turns)->done, __ATOMIC_RELAXED)) {}
  static_cast<Turns*>(turns)->second();
  return nullptr;
}
void in_turn(void (*first)(), void (*second)()) {
  Turns turns = {first, second, false};
  pthread_t one, two;
  pthread_create(&one, nullptr, run_first, &turns);
  pthread_create(&two, nullptr, run_second, &turns);
  pthread_join(one, nullptr);
  pthread_join(two, nullptr);
}
END
reports() { # reports N: as many races as that
  if [ "$1" = 0 ]; then
    code_is 0
    err_is ""
  else
    code_is 66
    err_has "^Found $1 data race"
  fi
}

# Each annotation takes away just its race; the last one has none.
cat >annotated.cc <<'END'
#include "two.h"
#include <cstdlib>
int plain, benign, ignored, edge, locked, lock, skipped_function;
GORACE_NO_INSTRUMENT int skipped_variable;
GORACE_NO_INSTRUMENT void skip() { ++skipped_function; }
int main(int, char** arguments) {
  switch (atoi(arguments[1])) {
    case 0: in_turn([] { plain = 1; }, [] { plain = 2; }); break;
    case 1: GORACE_BENIGN_RACE(benign, "on purpose"); in_turn([] { benign = 1; }, [] { benign = 2; }); break;
    case 2: in_turn([] { ignored = 1; }, [] { gorace::IgnoreAccesses quiet; ignored = 2; }); break;
    case 3: in_turn([] { edge = 1; GORACE_HAPPENS_BEFORE(&edge); }, [] { GORACE_HAPPENS_AFTER(&edge); edge = 2; }); break;
    case 4: in_turn([] { GORACE_LOCK_ACQUIRED(&lock, 1); locked = 1; GORACE_LOCK_RELEASED(&lock, 1); },
                    [] { GORACE_LOCK_ACQUIRED(&lock, 1); locked = 2; GORACE_LOCK_RELEASED(&lock, 1); }); break;
    case 5: in_turn([] { skip(); }, [] { skip(); }); break;
    case 6: in_turn([] { skipped_variable = 1; }, [] { skipped_variable = 2; }); break;
    // What is written after an annotation that releases is not covered by what was written before it.
    case 7: in_turn([] { edge = 1; GORACE_HAPPENS_BEFORE(&edge); edge = 2; }, [] { GORACE_HAPPENS_AFTER(&edge); plain = edge; }); break;
    // Synchronisation in an ignored stretch is seen.
    case 8: in_turn([] { plain = 1; gorace::IgnoreAccesses quiet; GORACE_HAPPENS_BEFORE(&edge); },
                    [] { { gorace::IgnoreAccesses quiet; GORACE_HAPPENS_AFTER(&edge); } plain = 2; }); break;
  }
}
END
for level in -O0 -O2; do
  t gorace c++ -std=c++20 $level annotated.cc -o annotated
  code_is 0
  for which in 0 7; do
    t ./annotated $which
    reports 1
  done
  for which in 1 2 3 4 5 6 8; do
    t ./annotated $which
    reports 0
  done
done
GORACE=print_suppressions=1 t ./annotated 1
code_is 0
err_is "gorace: races called benign:
  1 on purpose"

# The header is C too, and does nothing in a program without the detector, whatever the compiler.
cat >alone.c <<'END'
#include <gorace/annotations.h>
GORACE_NO_INSTRUMENT void f(void) {}
int main(void) {
  int x = 0;
  GORACE_HAPPENS_BEFORE(&x);
  GORACE_HAPPENS_AFTER(&x);
  GORACE_BENIGN_RACE(x, "none");
  GORACE_IGNORE_ACCESSES_BEGIN();
  GORACE_IGNORE_ACCESSES_END();
  GORACE_LOCK_DESTROYED(&x);
  f();
  return x;
}
END
for compiler in "$clang" gcc; do
  t "$compiler" -Wall -Wextra -Werror -I "$sources/../../../runtime/include" alone.c -o alone
  code_is 0
  t ./alone
  code_is 0
done

# Ignore lists, by each kind of line.
cat >vendor.h <<'END'
extern int shared;
inline void bump_in_header() { shared = shared + 1; }
END
cat >listed.cc <<'END'
#include "two.h"
#include "vendor.h"
int shared;
namespace stats { void bump() { shared = shared + 1; } }
int main(int count, char**) {
  if (count == 1) in_turn([] { stats::bump(); }, [] { stats::bump(); });
  if (count == 2) in_turn([] { bump_in_header(); }, [] { bump_in_header(); });
}
END
with_list() { # with_list TEXT RACES_IN_BUMP RACES_IN_HEADER
  printf '%s\n' "$1" >list
  t gorace c++ --ignorelist=list -std=c++20 -O1 listed.cc -o listed
  code_is 0
  t ./listed
  reports "$2"
  t ./listed header
  reports "$3"
}
with_list '# nothing' 1 1
with_list 'fun:stats::bump' 0 1
with_list 'fun:_ZN5stats4bump*' 0 1
with_list 'src:*vendor.h' 1 0
with_list 'mainfile:*listed.cc' 0 0
with_list 'global:shared' 0 0
with_list '[address]
fun:*' 1 1
with_list '[thread]
fun:stats::bump' 0 1
printf 'fun:stats::bump\n' >list
t gorace c++ -fsanitize-ignorelist=list -std=c++20 -Werror -O1 listed.cc -o listed
code_is 0
t ./listed
reports 0

# Lists that do not parse.
printf 'fun:ok\n\nfnu:typo\n' >list
t gorace c++ --ignorelist=list -c listed.cc
code_is 1
err_has "^error: gorace: ignore list list, line 3: unknown kind 'fnu'; there are src, mainfile, fun and global$"
printf '# good\nno colon\n' >list
t gorace c++ --ignorelist=list -c listed.cc
code_is 1
err_has "gorace: ignore list list: malformed line 2: 'no colon'"
printf '[open\nfun:x\n' >list
t gorace c++ --ignorelist=list -c listed.cc
code_is 1
err_has "gorace: ignore list list: malformed section header on line 1"
t gorace c++ --ignorelist=none -c listed.cc
code_is 2
err_is "gorace c++: ignore list none: No such file or directory"
t gorace c++ --ignorelist list -c listed.cc
code_is 2
err_is "gorace c++: flag --ignorelist needs its value with it: --ignorelist=FILE"
t "$clangxx" -fplugin="$plug" -fpass-plugin="$plug" -mllvm -gorace-ignorelist=none -c listed.cc -std=c++20 -I "$sources/../../../runtime/include"
code_is 1
err_has 'error: gorace: ignore list none: No such file or directory'
head -c 4096 /dev/urandom >list
t gorace c++ --ignorelist=list -c listed.cc
check [ "$code" -le 1 ] # an error, or a comment by chance, never a crash
err_lacks 'PLEASE submit a bug report'

finish
