#!/usr/bin/env bash
# usage: run.sh CODE LINE PROGRAM ARGUMENT...: PROGRAM ends with CODE and has printed LINE, and nothing went to stderr.
set -u
code=$1 line=$2
shift 2
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
output=$(timeout 50 "$@" 2>"$errors")
got=$?
[ "$got" -eq "$code" ] || echo "FAILED: exit code $got, expected $code"
grep -qxF -- "$line" <<<"$output" || echo "FAILED: no line on stdout is: $line"
[ ! -s "$errors" ] || echo "FAILED: there is text on stderr"
[ "$got" -eq "$code" ] && grep -qxF -- "$line" <<<"$output" && [ ! -s "$errors" ] && exit 0
printf -- '--- stdout\n%s\n--- stderr\n' "$output"
cat "$errors"
exit 1
