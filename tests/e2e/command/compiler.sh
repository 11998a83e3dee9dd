#!/usr/bin/env bash
# gorace c++ and gorace cc: a compiler in every respect.
source "$(dirname "$0")/check.sh"

echo 'int value() { return 3; }' >value.cc
echo 'int value(); int main() { return value(); }' >main.cc

# Compile, link, both at once, through response files.
t gorace c++ -c value.cc -o value.o
code_is 0
out_is "" && err_is ""
t gorace c++ main.cc value.o -o both
code_is 0
err_is ""
t ./both
code_is 3
printf -- '-O2 main.cc\n"value.o" -o from-file' >all.rsp
t gorace c++ @all.rsp
code_is 0
t ./from-file
code_is 3

# What is instrumented, and what the link adds.
has_symbol() { nm -D --defined-only "$1" | grep " $2\$" >/dev/null; }
check has_symbol both __gorace_module_init
t gorace c++ --no-race main.cc value.cc -o plain
code_is 0
check eval '! has_symbol plain __gorace_module_init'
t readelf -n both
out_has 'Build ID'
t gorace c++ -g0 -shared -fPIC value.cc -o libvalue.so
code_is 0
check eval '! nm -D --defined-only libvalue.so | grep __gorace >/dev/null'
t gorace c++ main.cc -L. -lvalue -Wl,-rpath,"$PWD" -o with-library
code_is 0
t ./with-library
code_is 3
t gorace c++ -r value.o -o relocatable.o
code_is 0

# Outputs before the object file.
for flag in -S -E -fsyntax-only "-MM" "-S -emit-llvm"; do
  t gorace c++ $flag value.cc -o value.txt
  code_is 0
  err_is ""
done
echo 'int f();' >header.h
t gorace c++ -x c++-header header.h -o header.pch
code_is 0
check [ -s header.pch ]
t gorace c++ -include-pch header.pch -c value.cc -o value.o
code_is 0
echo 'int main() { return 4; }' | "$gorace" c++ -x c++ - -o from-stdin >"$out" 2>"$err"
err_is ""
t ./from-stdin
code_is 4

# -Werror sees no unused flags.
t gorace c++ -c main.cc -o main.o
for args in "-c value.cc" "value.o main.cc" "value.o main.o" "-E main.cc"; do
  t gorace c++ -Werror -Wall $args -o made
  code_is 0
done
echo '.globl f
f: ret' >f.s
t gorace cc -Werror -c f.s -o f.o
code_is 0

# Questions go to clang alone.
t gorace c++ --version
code_is 0
out_has "clang version $llvm"
t gorace c++ -print-file-name=crt1.o
out_has 'crt1\.o$'
t gorace c++
code_is 1
err_has 'no input files'

# Errors and codes are clang's.
echo 'int main() { return x; }' >broken.cc
t gorace c++ broken.cc
code_is 1
err_has '^broken.cc:1:21: error: '
t gorace c++ -frobnicate main.cc
code_is 1
err_has "unknown argument"

# C.
printf '#include <stdio.h>\nint main(void) { int new = 0; printf("c\\n"); return new; }\n' >c.c
t gorace cc -Wall -Werror c.c -o c
code_is 0
err_is ""
t ./c
out_is c

# Debug information is on unless it is turned off, and the user's -O and -std win.
t gorace c++ -### -c value.cc
err_has '"-debug-info-kind=(constructor|limited)"'
err_has '"-mframe-pointer=all"'
t gorace c++ -### -g0 -fomit-frame-pointer -c value.cc
err_lacks '"-debug-info-kind='
err_has '"-mframe-pointer=all"'

# What cannot be combined.
t gorace c++ -fsanitize=address main.cc value.cc
code_is 2
err_has '^gorace c\+\+: -fsanitize=address cannot be combined with race detection'
t gorace c++ -static main.cc value.cc
code_is 2
err_has '^gorace c\+\+: a static executable cannot be checked for races'
t gorace c++ --no-race -fsanitize=undefined main.cc value.cc -o ub
code_is 0

# Gorace's own flags may stand anywhere, as CXXFLAGS do; what is the value of another flag is none of them.
t gorace c++ -O1 main.cc --no-race value.cc -o plain
code_is 0
check eval '! has_symbol plain __gorace_module_init'
t gorace c++ -O1 -### -c value.cc --sample=1% -DX --model=none
code_is 2
err_is "gorace c++: model file none: No such file or directory"
t gorace c++ -c value.cc -O1 --sample=2%
code_is 0
t gorace c++ -c value.cc -o --no-race
code_is 0
check eval 'nm -u ./--no-race | grep -q __gorace'
t gorace c++ -c -O1 --smaple=1% value.cc
code_is 1
err_has "(unknown argument:|unsupported option) '--smaple=1%'"
for misuse in --model --ignorelist --sample; do
  t gorace c++ -c -O1 $misuse value.cc
  code_is 2
  err_has "^gorace c\\+\\+: flag $misuse needs its value with it: $misuse=(FILE|RATE)$"
done
t gorace c++ --no-race -c value.cc --sample=1%
code_is 2
err_is "gorace c++: --sample asks for race detection in a part of the time, --no-race or --race=off for none: drop one of them"
t gorace run --race=off --sample=1% main.cc value.cc
code_is 2
err_is "gorace run: --sample asks for race detection in a part of the time, --no-race or --race=off for none: drop one of them"

# Other compilers.
GORACE_CXX=/no/such/compiler t gorace c++ -c value.cc
code_is 127
GORACE_CXX="env X=1 $clangxx" t gorace c++ -c value.cc
code_is 0
printf '#!/bin/sh\necho "clang version 14.0.6"\n' >old && chmod +x old
GORACE_CXX=$PWD/old t gorace c++ -c value.cc
code_is 2
err_is "gorace c++: GORACE_CXX=$PWD/old is clang 14; gorace's compiler plugin needs clang $llvm"

# The plugin in a compiler of another version, without the command that would have chosen.
for other in 14 16 19; do
  if [ "$other" = "$llvm" ] || ! command -v clang++-$other >/dev/null; then continue; fi
  t clang++-$other -fplugin="$plug" -c value.cc
  code_is 1
  err_is "gorace: error: this is clang $other, and $plug is for clang $llvm: compile with clang-$llvm, or take the plugin \
for clang $other (gorace c++ chooses the one that fits)"
  t clang++-$other -fpass-plugin="$plug" -c value.cc
  err_has "^gorace: error: this is clang $other, and "
done

# A command without its libraries says what is missing.
mkdir alone && cp "$gorace" alone/gorace
t alone/gorace c++ -c value.cc
code_is 127
err_has "gorace's library and headers are not beside $PWD/alone/gorace"

finish
