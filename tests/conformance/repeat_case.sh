#!/usr/bin/env bash
# Runs one case with a race many times, each in a process of its own: every run must report it, by exit code 66 and one report.
# usage: repeat_case.sh BINARY CASE RUNS
#
# Prints "CASE: reported in N of RUNS runs", before that what the other runs did. Exit code 1 when N is less than RUNS.
set -uo pipefail

# run_one BINARY CASE: nothing when the race is reported; otherwise a line that says what happened.
if [ "${1:-}" = "--one" ]; then
  output=$(timeout -k 2 20 "$2" "$3" 2>&1 >/dev/null </dev/null)
  code=$?
  reported=$(grep -c 'WARNING: DATA RACE' <<<"$output")
  [ "$code" = 66 ] && [ "$reported" = 1 ] && exit 0
  echo "  exit code $code, $reported reports"
  exit 0
fi

if [ $# -ne 3 ] || ! [[ $3 =~ ^[1-9][0-9]*$ ]]; then
  sed -n 's/^# usage: /usage: /p' "$0" >&2
  exit 2
fi
binary=$(realpath -- "$1") || exit 2
[ -x "$binary" ] || { echo "repeat_case.sh: $1 is no executable file" >&2; exit 2; }
grep -qw -- "$2" <<<"$("$binary" --list)" || { echo "repeat_case.sh: $1 has no case $2" >&2; exit 2; }

# One at a time: two threads of the case are meant to run at once.
export GORACE="${GORACE:+$GORACE }exitcode=66 atexit_sleep_ms=0"
silent=$(for ((run = 0; run < $3; ++run)); do "$0" --one "$binary" "$2"; done)
count=0
[ -z "$silent" ] || count=$(wc -l <<<"$silent")
[ -z "$silent" ] || echo "$silent"
echo "$2: reported in $(($3 - count)) of $3 runs"
[ "$count" = 0 ]
