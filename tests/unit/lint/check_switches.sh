#!/bin/bash
# How lints are switched, and what a wrong switch is answered:
#   check_switches.sh <clang++> <gorace-plug.so> <include folder>
set -euo pipefail

clang=$1 plug=$2 include=$3
source=$(mktemp --suffix=.cc)
trap 'rm -f "$source" "$source.fixed.cc" "$source.pch"' EXIT

# compile <expected status> <argument of the plugin>...: leaves what clang says in $output.
compile() {
  local expected=$1 status=0 flags=()
  shift
  for argument in "$@"; do flags+=("-fplugin-arg-gorace-$argument"); done
  output=$("$clang" -std=c++20 -fsyntax-only -I "$include" -fplugin="$plug" ${flags[@]+"${flags[@]}"} "$source" 2>&1) || status=$?
  if ((status != expected)); then
    echo "$*: exit code $status instead of $expected"
    echo "$output"
    exit 1
  fi
}
says() { grep -qF -- "$1" <<<"$output" || { echo "not said: $1"; echo "$output"; exit 1; }; }
silent() { [[ -z $output ]] || { echo "not silent:"; echo "$output"; exit 1; }; }

cat >"$source" <<'CODE'
#include <gorace/gorace.h>
void f(gorace::Chan<int> c, gorace::WaitGroup& outer) {
  while (true) {
    gorace::select(gorace::recv(c), gorace::recv(gorace::after(std::chrono::seconds(1)).chan()));
  }
}
void g() {
  gorace::WaitGroup wg;
  gorace::go([&wg] {
    wg.add(1);
    wg.done();
  });
  wg.wait();
}
CODE

compile 0
says "[-Wgorace-after-in-loop]"
says "[-Wgorace-waitgroup-add]"
compile 0 Wno-gorace
silent
compile 0 Wno-gorace-after-in-loop Wno-gorace-waitgroup-add
silent
compile 0 Wno-gorace Wgorace-after-in-loop
says "1 warning generated"
compile 1 Werror=gorace-after-in-loop
says "error: after().chan()"
says "[-Werror=gorace-after-in-loop]"
says "warning: 'wg.add()' inside"
compile 0 Werror=gorace Wno-error=gorace
says "2 warnings generated"

compile 1 Wno-gorace-lock-leek
says "unknown lint 'lock-leek'; there are loop-capture, "
says "-fplugin-arg-gorace-Wno-gorace-lock-leek"
compile 1 Wno-goracelock-leak
says "unknown lint"

# A precompiled header is looked at once, when it is made.
said=$("$clang" -std=c++20 -I "$include" -fplugin="$plug" -x c++-header "$source" -o "$source.pch" 2>&1)
grep -qF "[-Wgorace-waitgroup-add]" <<<"$said"
said=$("$clang" -std=c++20 -I "$include" -fplugin="$plug" -include-pch "$source.pch" -fsyntax-only -x c++ /dev/null 2>&1)
[[ -z $said ]] || { echo "said again: $said"; exit 1; }

# What the fix-its make of the code has nothing left to fix.
cp "$source" "$source.fixed.cc"
"$clang" -std=c++20 -fsyntax-only -I "$include" -fplugin="$plug" -Xclang -fixit "$source.fixed.cc" >/dev/null 2>&1 || true
cp "$source.fixed.cc" "$source"
compile 0
silent
grep -qF 'gorace::select(gorace::recv(c), gorace::after(std::chrono::seconds(1)));' "$source"
grep -qF 'wg.add(1); gorace::go([&wg] {' "$source"
