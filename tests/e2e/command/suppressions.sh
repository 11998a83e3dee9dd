#!/usr/bin/env bash
# What is not reported on request: files of suppressions, what the program brings along, ThreadSanitizer's variable.
source "$(dirname "$0")/check.sh"

unset TSAN_OPTIONS

cat >race.cc <<'END'
#include <cstdio>
#include <thread>
int shared;
int other;
void bump() { shared = shared + 1; }
void look() { if (shared == 12345) puts("?"); }
#ifdef BRINGS_ITS_OWN
extern "C" const char* __tsan_default_suppressions() { return "race:^bump$\n"; }
extern "C" const char* __tsan_default_options() { return "exitcode=9:print_suppressions=1"; }
#endif
int main() {
  puts("output");
  std::thread first(bump), second(look);
  first.join();
  second.join();
}
END
t gorace c++ -g -O1 race.cc -o race
code_is 0
t gorace c++ -g -O1 -DBRINGS_ITS_OWN race.cc -o own
code_is 0

# hidden FILE LINE...: a file of these lines hides the race.
hidden() {
  printf '%s\n' "$@" >known
  GORACE="suppressions=known" t gorace run ./race
  code_is 0
  out_is output
  err_is ""
}
shown() {
  printf '%s\n' "$@" >known
  GORACE="suppressions=known" t gorace run ./race
  code_is 66
  err_has '^WARNING: DATA RACE$'
}
hidden 'race:bump'
hidden '# comment' '' 'race:^bump$ && ^look$'
hidden 'race:^look && race.cc:5'
hidden 'race_top:l*k$'
hidden 'race:^shared$'
hidden 'race:/race$'
shown 'race:nothing'
shown 'race:^bump$ && ^bump$'
shown 'race:race.cc:4'
shown 'race:^other$'
shown 'mutex:bump'

t gorace run --suppressions=known ./race
code_is 66
printf 'race:bump\nrace:never\n' >known
GORACE="print_suppressions=1" t gorace run --suppressions=known ./race
code_is 0
err_has '^  1 race:bump$'
err_has '^gorace: suppressions that never matched:$'
err_has '^  race:never$'

# Mistakes: named with their line, before the program runs.
printf 'race:bump\n\nrices:bump\n' >known
GORACE="suppressions=known" t ./race
code_is 2
out_is ""
err_is "gorace: suppressions file known, line 3: the type is none of race, race_top, mutex, thread, signal, deadlock, called_from_lib"
GORACE="suppressions=nowhere" t ./race
code_is 2
out_is ""
err_is "gorace: suppressions file nowhere: No such file or directory"

# ThreadSanitizer's variable counts, below GORACE; what it does not know is only mentioned.
TSAN_OPTIONS="exitcode=7:history_size=4" t ./race
code_is 7
err_has '^WARNING: DATA RACE$'
TSAN_OPTIONS="exitcode=7" GORACE="exitcode=8" t ./race
code_is 8
TSAN_OPTIONS="no_such_thing=1 report_bugs=0" t ./race
code_is 0
err_is "gorace: TSAN_OPTIONS: 'no_such_thing' has no meaning for gorace and is ignored"

# What the program says itself.
t gorace run ./own
code_is 0
err_has '^  1 race:\^bump\$$'

# A wrong GORACE stops what would run a program, and no other subcommand.
GORACE="nonsense" t gorace version
code_is 0
out_has '^gorace '
GORACE="nonsense" t gorace help
code_is 0
GORACE="nonsense" t gorace c++ --version
code_is 0
GORACE="nonsense" t ./race
code_is 2
err_has "unknown key 'nonsense'"
finish
