#!/usr/bin/env bash
# Each setting of GORACE, and of ThreadSanitizer's variable where it counts too, does what docs/race-detector.md says.
source "$(dirname "$0")/check.sh"
unset TSAN_OPTIONS

cat >program.cc <<'CC'
#include <stdlib.h>
#include <unistd.h>
#include <atomic>
#include <cstring>
#include <thread>
alignas(8) int cells[8];
alignas(8) int atomically;
std::atomic<bool> main_is_over{false};
template <class One, class Other>
void together(One one, Other other) {
  std::thread first(one), second(other);
  first.join();
  second.join();
}
void write_cell(int i) { cells[i] = cells[i] + 1; }
[[gnu::noinline]] void one_race() { together([] { write_cell(0); }, [] { write_cell(0); }); }
[[gnu::noinline]] void other_race() { together([] { cells[2] = 1; }, [] { cells[2] = 2; }); }
[[gnu::noinline]] void same_places_again() {
  for (int i = 0; i < 8; i += 2) together([=] { write_cell(i); }, [=] { write_cell(i); });
}
[[gnu::noinline]] void atomic_race() {
  together([] { __atomic_store_n(&atomically, 1, __ATOMIC_RELAXED); }, [] { atomically = 2; });
}
// The race comes after main has ended; the thread ends the program then.
[[gnu::noinline]] void late_race() {
  std::thread([] {
    while (!main_is_over.load(std::memory_order_relaxed)) usleep(1000);
    usleep(100'000);
    write_cell(4);
    _exit(55);
  }).detach();
  cells[4] = 1;
  atexit([] { main_is_over.store(true, std::memory_order_relaxed); });
}
int main(int, char** modes) {
  while (*++modes != nullptr) {
    if (strcmp(*modes, "one") == 0) one_race();
    if (strcmp(*modes, "other") == 0) other_race();
    if (strcmp(*modes, "again") == 0) same_places_again();
    if (strcmp(*modes, "atomic") == 0) atomic_race();
    if (strcmp(*modes, "late") == 0) late_race();
    if (strcmp(*modes, "say") == 0) write(1, "said\n", 5);
    if (strcmp(*modes, "fail") == 0) return 3;
  }
}
CC
t gorace c++ -g -O1 "$PWD/program.cc" -o program
code_is 0

# with VARIABLE=VALUE ARGUMENT...: the program with one setting, by itself: the command's own flags have no part in it.
with() {
  local setting=$1
  shift
  t env PATH="$(dirname "$gorace"):$PATH" "$setting" ./program "$@"
}
races_are() { check [ "$(grep -c '^WARNING: DATA RACE$' "$err")" = "$1" ]; }

for variable in GORACE TSAN_OPTIONS; do
  # exitcode: instead of 0 only.
  with $variable=exitcode=9 one
  code_is 9
  with $variable=exitcode=0 one
  code_is 0
  races_are 1
  with $variable=exitcode=9 one fail
  code_is 3
  with $variable=exitcode=9 say
  code_is 0
  err_is ""

  # halt_on_error: nothing runs after the first.
  with $variable=halt_on_error=1 one say
  code_is 66
  races_are 1
  out_is ""
  with "$variable=halt_on_error=1 exitcode=5" one say
  code_is 5
  with $variable=halt_on_error=0 one other say
  code_is 66
  races_are 2
  out_is said

  # log_path: a file for each process, stdout, stderr.
  with $variable=log_path=report one
  code_is 66
  err_is ""
  check [ "$(ls report.* | wc -l)" = 1 ]
  check grep -q '^WARNING: DATA RACE$' report.*
  rm -f report.*
  with $variable=log_path=stdout one
  err_is ""
  out_has '^WARNING: DATA RACE$'
  with $variable=log_path=stderr one
  out_is ""
  races_are 1

  # strip_path_prefix
  with $variable=log_path=stderr one
  err_has "^      $PWD/program.cc:15 "
  with "$variable=strip_path_prefix=$PWD/" one
  err_has '^      program.cc:15 '
  err_lacks "$PWD/program.cc"

  # suppress_equal_stacks: the same two lines race on four cells.
  with $variable=suppress_equal_stacks=1 again
  races_are 1
  with $variable=suppress_equal_stacks=0 again
  races_are 4

  # report_atomic_races, report_bugs
  with $variable=report_atomic_races=1 atomic
  code_is 66
  races_are 1
  with $variable=report_atomic_races=0 atomic one
  code_is 66
  races_are 1
  err_has '^  write_cell\(\)$'
  with $variable=report_bugs=0 atomic one other
  code_is 0
  err_is ""

  # suppressions
  echo 'race:^write_cell$' >known
  with $variable=suppressions=known one other
  code_is 66
  races_are 1
  err_lacks write_cell
  with $variable=suppressions=known one
  code_is 0
  err_is ""

  # atexit_sleep_ms: an hour, within which the thread comes to its race and ends the program.
  with $variable=atexit_sleep_ms=3600000 late
  code_is 55
  races_are 1
  err_has '^  write_cell\(\)$'

  # history_size: taken, and nothing depends on it.
  with $variable=history_size=7 one
  code_is 66
  err_has '^WARNING: DATA RACE$'
  err_lacks history_size
done

# GORACE wins, setting by setting.
t env GORACE=exitcode=8 TSAN_OPTIONS="exitcode=7 halt_on_error=1" PATH="$(dirname "$gorace"):$PATH" ./program one say
code_is 8
out_is ""

# Mistakes end the program before it begins, each with its name.
mistake() {
  with "GORACE=$1" say
  code_is 2
  out_is ""
  err_has "$2"
}
mistake exit_code=3 "unknown key 'exit_code'"
mistake halt_on_error "halt_on_error"
mistake halt_on_error=perhaps "bad value 'perhaps' for key 'halt_on_error'"
mistake exitcode=256 "bad value '256' for key 'exitcode'"
mistake exitcode=-1 "bad value '-1' for key 'exitcode'"
mistake exitcode= "exitcode"
mistake atexit_sleep_ms=soon "bad value 'soon' for key 'atexit_sleep_ms'"
mistake history_size=big "bad value 'big' for key 'history_size'"
mistake "suppressions=none/such" "none/such: No such file or directory"
mistake "exitcode=1 =2" "''|=2"

# In ThreadSanitizer's variable, which other programs of the same shell obey too, they are only mentioned.
for text in exitcode=many no_such_setting=1 halt_on_error; do
  with TSAN_OPTIONS=$text say
  code_is 0
  out_is said
  err_has "^gorace: TSAN_OPTIONS: .*${text%%=*}"
done
finish
