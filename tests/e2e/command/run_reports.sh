#!/usr/bin/env bash
# The flags of gorace run that shape reports and exit codes, on programs with a race or a leak.
source "$(dirname "$0")/check.sh"

cat >race.cc <<'END'
#include <cstdio>
#include <cstdlib>
#include <thread>
int shared;
void bump() { shared = shared + 1; }
int main(int argc, char** argv) {
  puts("output");
  std::thread first(bump), second(bump);
  first.join();
  second.join();
  return argc > 1 ? atoi(argv[1]) : 0;
}
END

t gorace run race.cc
code_is 66
out_is output
err_has '^WARNING: DATA RACE$'
err_has "$PWD/race.cc:5 "
err_has '^Found 1 data race\(s\)$'

# The program's own code is kept when it is not 0.
t gorace run race.cc 3
code_is 3
err_has '^Found 1 data race\(s\)$'
t gorace run --exitcode=0 race.cc
code_is 0
err_has '^WARNING: DATA RACE$'
t gorace run --exitcode=9 race.cc
code_is 9
GORACE="exitcode=9" t gorace run race.cc
code_is 9

# Reports go to PATH.PID, and the program's folder at the start counts.
mkdir logs
t gorace run --log=logs/report race.cc
code_is 66
err_lacks 'DATA RACE'
check [ "$(ls logs | grep -c '^report\.[0-9]*$')" = 1 ]
check grep -q '^WARNING: DATA RACE$' logs/report.*

t gorace run --strip-path-prefix="$PWD/" race.cc
err_has '^ +race.cc:5 '
err_lacks "$PWD/race.cc"

t gorace run --halt-on-error race.cc
code_is 66
err_has '^WARNING: DATA RACE$'

# Without race detection nothing is said.
t gorace run --race=off race.cc
code_is 0
out_is output
err_is ""

cat >leak.cc <<'END'
#include <gorace/gorace.h>
void stuck(gorace::Chan<int> never) { never.recv(); }
int main() {
  gorace::go(stuck, gorace::make_chan<int>(0));
  while (gorace::num_goroutine() < 2) gorace::yield();
}
END
t gorace run leak.cc
code_is 0
err_is ""
for race in auto off; do
  t gorace run --race=$race --leaks leak.cc
  code_is 66
  err_has '^WARNING: GOROUTINE LEAK$'
  err_has '^Goroutine [0-9]+ \(chan receive\) blocked at:'
  err_has "$PWD/leak.cc:2 "
done

finish
