#!/usr/bin/env bash
# gorace dump: asks programs that answer, leaves the others alone.
source "$(dirname "$0")/check.sh"

t gorace dump
code_is 2
t gorace dump 12x
code_is 2
err_is "gorace dump: '12x' is not a process id"
t gorace dump 0
code_is 2
t gorace dump 999999999
code_is 1
err_is "gorace dump: there is no process 999999999"

# SIGQUIT would end these.
export PATH=$(dirname "$gorace"):$PATH # programs that are run alone find their symbolizer there
mkfifo input
"$probe" copy <input >"$scratch/copied" &
foreign=$!
exec 3>input
while [ "$(readlink "/proc/$foreign/exe")" != "$probe" ]; do :; done
t gorace dump "$foreign"
code_is 1
err_has "^gorace dump: process $foreign \($probe\) was not built with gorace"
echo "still here" >&3
exec 3>&-
wait "$foreign"
check [ "$(cat "$scratch/copied")" = "still here" ]

# A gorace program answers, more than once, and goes on.
cat >server.cc <<'END'
#include <gorace/gorace.h>
#include <cstdio>
void worker(gorace::Chan<int> jobs) { jobs.recv(); }
int main() {
  auto jobs = gorace::make_chan<int>(0);
  for (int i = 0; i < 3; ++i) gorace::go(worker, jobs);
  while (gorace::num_goroutine() < 4) gorace::yield();
  puts("ready");
  fflush(stdout);
  getchar();
  puts("done");
}
END
for mode in --race --no-race; do
  t gorace c++ $mode -std=c++20 -O1 server.cc -o server
  code_is 0
  rm -f output && mkfifo output
  exec 5<>input
  ./server <input >output &
  server=$!
  exec 4<output
  read -r line <&4
  for round in 1 2; do
    t gorace dump "$server"
    code_is 0
    err_is ""
    check [ "$(grep -c '^goroutine [0-9]* \[chan receive' "$out")" = 3 ]
    out_has '^worker\('
    out_has "server.cc:3 "
    out_has '^created by main'
  done
  echo >&5
  read -r line <&4
  check [ "$line" = "done" ]
  wait "$server"
  code=$?
  code_is 0
  exec 4<&- 5>&-
done

finish
