#!/bin/bash
# run.sh SIDES PROGRAM: PROGRAM has races, SIDES accesses in all, or makes as many mistakes with locks, and the first frame of each is a function whose name
# begins with user_: the user's own, whichever inlined functions of libraries lie between it and the access.
set -u
sides=$1
program=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

timeout 60 "$program" 2>"$scratch/report"
code=$?
access='(Previous |Atomic )?(atomic )?(read|write|Read|Write) (of size [0-9]+ )?at .* by '
mistake='(Locked|Unlocked|Destroyed) by .* at:$'
grep -A1 -E "^($access|$mistake)" "$scratch/report" |
  grep -E '^  ' >"$scratch/first"
found=$(wc -l <"$scratch/first")
wrong=$(grep -vE '^  (void )?user_' "$scratch/first")
if [ "$code" != 66 ] || [ "$found" != "$sides" ] || [ -n "$wrong" ]; then
  echo "run.sh: exit code $code, $found sides instead of $sides; first frames that are not the user's: ${wrong:-none}" >&2
  cat "$scratch/report" >&2
  exit 1
fi
