#!/usr/bin/env bash
# Runs a sample as its first lines say and checks what they promise.
# usage: run_sample.sh [--opt -ON] GORACE SAMPLE.cc [BINARY]     BINARY stands in for the source file on the command line
#
#   // Run:    gorace run [flags] samples/x.cc    the command, from the root of the repository
#   // Exit:   66                                 its exit code
#   // Stdout: REGEX                              some line of standard output matches (extended regular expression)
#   // Stderr: REGEX                              likewise standard error
set -uo pipefail

opt=()
if [ "$1" = "--opt" ]; then
  opt=("$2")
  shift 2
fi
gorace=$1 sample=$2 binary=${3:-}

header() { sed -n "s|^// $1: *||p" "$sample"; }

read -ra command <<<"$(header Run)"
command[0]=$gorace
last=$((${#command[@]} - 1))
[ -n "$binary" ] && command[last]=$binary
[ ${#opt[@]} -gt 0 ] && command=("${command[@]:0:2}" "${opt[@]}" "${command[@]:2}")

out=$(mktemp) err=$(mktemp)
trap 'rm -f "$out" "$err"' EXIT
"${command[@]}" >"$out" 2>"$err" </dev/null
code=$?

failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
expected=$(header Exit)
[ "$code" = "$expected" ] || fail "exit code $code, expected $expected"
while IFS= read -r regex; do
  grep -Eq -- "$regex" "$out" || fail "no line of standard output matches: $regex"
done < <(header Stdout)
while IFS= read -r regex; do
  grep -Eq -- "$regex" "$err" || fail "no line of standard error matches: $regex"
done < <(header Stderr)
# A sample that promises no report must not print one.
if [ -z "$(header Stderr)" ] && [ -s "$err" ]; then fail "standard error is not empty"; fi

if [ "$failures" -gt 0 ]; then
  echo "command: ${command[*]}"
  echo "---- standard output"
  cat "$out"
  echo "---- standard error"
  cat "$err"
  exit 1
fi
