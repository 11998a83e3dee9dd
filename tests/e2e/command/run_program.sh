#!/usr/bin/env bash
# gorace run PROGRAM: the program is run as if gorace were not there.
source "$(dirname "$0")/check.sh"
note="gorace run: race detection is off: $probe was built without it; build it with \`gorace c++\` (CMake: gorace_instrument(TARGET)) to turn it on"

# Arguments are the program's own, whatever they look like.
t gorace run "$probe" --leaks -- --race=off "a b" "" -v
code_is 0
out_is "[$probe]
[--leaks]
[--]
[--race=off]
[a b]
[]
[-v]"
err_is "$note"
t gorace run --leaks -- "$probe" --help
code_is 0
out_is "[$probe]
[--help]"
cp "$probe" ./-strange
t gorace run -- ./-strange x
out_is "[./-strange]
[x]"

# Standard input and output are untouched.
head -c 300000 /dev/urandom >bytes
"$gorace" run "$probe" copy <bytes >copied 2>"$err"
check cmp bytes copied
echo hello | "$gorace" run --race=off "$probe" copy >"$out" 2>"$err"
out_is hello
err_is ""

# Exit codes and deaths are the program's.
for expected in 0 1 2 3 66 255; do
  t gorace run --race=off "$probe" exit $expected
  code_is $expected
done
for signal in 6 9 11 15; do
  t gorace run --race=off "$probe" die $signal
  code_is $((128 + signal))
done

# The program takes the place of the command: same process.
"$gorace" run --race=off "$probe" pid >"$out" 2>"$err" &
child=$!
wait "$child"
out_is "$child"

# What is handed over.
t gorace run --race=off --leaks --exitcode=7 "$probe" env GORACE
out_is "leaks=1 exitcode=7"
GORACE="exitcode=3" t gorace run --race=off --exitcode=7 "$probe" env GORACE
out_is "exitcode=3 exitcode=7"
t gorace run --race=off "$probe" env GORACE_TOOL
out_is "$gorace"

# A name without a slash is looked for in PATH.
mkdir bin && cp "$probe" bin/the-probe
PATH="$PWD/bin:$PATH" t gorace run --race=off the-probe exit 4
code_is 4

# Scripts run, and say what can be found in them.
printf '#!/bin/sh\nexec "%s" exit 9\n' "$probe" >script && chmod +x script
t gorace run ./script
code_is 9
err_is "gorace run: ./script is a script: races are looked for in those programs that it starts which were built with \`gorace c++\`"

# --race=on will not run what cannot be checked; --race=off does not mention it.
t gorace run --race=on "$probe"
code_is 2
out_is ""
err_is "$note"
t gorace run --race=off "$probe"
err_is ""

# A program with the runtime alone, and one with the detector.
cat >hello.cc <<'END'
#include <gorace/gorace.h>
#include <cstdio>
int main() { puts("hello"); }
END

t gorace c++ --no-race -std=c++20 hello.cc -o plain
code_is 0
t gorace run ./plain
code_is 0
out_is hello
err_has '^gorace run: race detection is off: ./plain was built without it \(goroutine dumps, leaks and profiles work\); build it with'
t gorace c++ -std=c++20 hello.cc -o checked
code_is 0
for program in ./checked ./stripped; do
  [ $program = ./stripped ] && strip -o stripped checked
  t gorace run --race=on $program
  code_is 0
  out_is hello
  err_is ""
done
t gorace run --race=off ./checked
code_is 2
err_has 'was built with race detection, which --race=off cannot turn off'

finish
