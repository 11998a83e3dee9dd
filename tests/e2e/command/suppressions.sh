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

# The other problems, each by its type and no other.
cat >problems.cc <<'END'
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <mutex>
pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
std::mutex one, other;
void on_signal(int) { free(malloc(1)); }
void* work(void*) { return nullptr; }
void misuse() { pthread_mutex_unlock(&unlocked); }
void nest(std::mutex& outer, std::mutex& inner) {
  std::lock_guard first(outer);
  std::lock_guard second(inner);
}
void leak() {
  pthread_t thread;
  pthread_create(&thread, nullptr, work, nullptr);
}
int main() {
  signal(SIGUSR1, on_signal);
  kill(getpid(), SIGUSR1);
  misuse();
  nest(one, other);
  nest(other, one);
  leak();
  pthread_exit(nullptr);
}
END
t gorace c++ -g -O1 -fno-builtin problems.cc -o problems
code_is 0
t gorace run ./problems
code_is 66
err_has '^Found 5 other problem\(s\)$'
printf '%s\n' mutex:^misuse thread:^leak signal:^on_signal deadlock:^nest >known
GORACE="suppressions=known" t gorace run ./problems
code_is 0
err_is ""
printf '%s\n' deadlock:^misuse mutex:^leak thread:^on_signal signal:^nest race:main >known
GORACE="suppressions=known" t gorace run ./problems
code_is 66
err_has '^Found 5 other problem\(s\)$'
GORACE="report_mutex_bugs=0 report_signal_unsafe=0 report_thread_leaks=0 detect_deadlocks=0" t gorace run ./problems
code_is 0
err_is ""

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
