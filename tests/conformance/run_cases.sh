#!/usr/bin/env bash
# Runs every conformance case in a process of its own and compares the detector's verdict with the case's name.
# usage: run_cases.sh [-f REGEX] [-x REGEX] BINARY [GOMAXPROCS...]       GOMAXPROCS: one run each; default: 1 2
#
#   -f REGEX    only cases that match it         -x REGEX    not those that match it
#
#   Race...     right: exit code 66 and WARNING: DATA RACE, as often as the case asks for
#   NoRace...   right: exit code 0 and no such warning
#   Neither is right when the detector says that it had to drop something.
#
# Settings in GORACE hold for the cases, too.
# Prints right and wrong per file, each wrong case with what it did, and "Passed N of M". Exit code 1 when one is wrong.
set -uo pipefail

usage() {
  sed -n 's/^# usage: /usage: /p' "$0" >&2
  exit 2
}

# run_one CASE FILE REPORTS: one line "FILE CASE right|wrong DETAIL". Called by xargs below, in a shell of its own.
run_one() {
  local name=$1 file=$2 expected=$3 output code reported dropped verdict=wrong
  output=$(
    timeout -k 2 20 "$GORACE_CONFORMANCE_BINARY" "$name" 2>&1 >/dev/null </dev/null | tr -d '\0'
    exit "${PIPESTATUS[0]}"
  )
  code=$?
  reported=$(grep -c 'WARNING: DATA RACE' <<<"$output")
  dropped=$(grep -c 'races may have been missed' <<<"$output")
  if [[ $name == Race* ]]; then
    [ "$code" = 66 ] && [ "$reported" -ge "$expected" ] && verdict=right
  else
    [ "$code" = 0 ] && [ "$reported" = 0 ] && verdict=right
  fi
  [ "$dropped" = 0 ] || verdict=wrong
  echo "$file $name $verdict exit code $code, $reported reports, $dropped losses"
}

if [ "${1:-}" = "--one" ]; then
  run_one "$2" "$3" "$4"
  exit 0
fi

filter=.
left_out='^$'
while [[ ${1:-} == -[fx] ]]; do
  [ $# -ge 2 ] || usage
  if [ "$1" = -f ]; then filter=$2; else left_out=$2; fi
  shift 2
done
[ $# -ge 1 ] || usage
binary=$(realpath -- "$1") || exit 2
[ -x "$binary" ] || { echo "run_cases.sh: $1 is no executable file" >&2; exit 2; }
shift
for procs in "$@"; do
  [[ $procs =~ ^[1-9][0-9]*$ ]] || { echo "run_cases.sh: GOMAXPROCS '$procs' is no positive number" >&2; exit 2; }
done
[ $# -gt 0 ] || set -- 1 2

cases=$("$binary" --list | grep -E -- "$filter" | grep -Ev -- "$left_out")
[ -n "$cases" ] || { echo "run_cases.sh: no case matches '$filter'" >&2; exit 2; }

status=0
settings=${GORACE:-}
for procs in "$@"; do
  export GOMAXPROCS=$procs GORACE_CONFORMANCE_BINARY=$binary
  export GORACE="${settings:+$settings }exitcode=66 atexit_sleep_ms=0"
  results=$(xargs -P 2 -n 3 "$0" --one <<<"$cases")
  echo "GOMAXPROCS=$procs"
  sort <<<"$results" | awk '
    { total[$1]++; right[$1] += $3 == "right"; all++; good += $3 == "right" }
    $3 == "wrong" { wrong[++count] = $0 }
    END {
      for (file in total) printf "  %-16s %3d right %3d wrong\n", file, right[file], total[file] - right[file] | "sort"
      close("sort")
      for (i = 1; i <= count; i++) print "  WRONG: " wrong[i]
      printf "Passed %d of %d\n", good, all
      exit good < all
    }' || status=1
done
exit "$status"
