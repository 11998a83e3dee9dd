#!/usr/bin/env bash
# Compares gorace with its peers on the same works, in turn, in one call, and prints a line a work: medians and their ratio
# (gorace / peer: less is better).
# usage: tests/bench/compare.sh AREA [REPETITIONS]
#   AREA is the name of a file in tests/bench/compare/, whose first comment says what it measures and what it needs.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  sed -n 's/^# \{0,1\}//p' "$0" | sed -n 2,5p >&2
  local file
  for file in tests/bench/compare/*.sh; do
    printf '  %-12s %s\n' "$(basename "$file" .sh)" "$(sed -n '2s/^# //p' "$file")" >&2
  done
  exit 2
}
area=${1:-}
repetitions=${2:-5}
[[ $area =~ ^[a-z]+$ && -f tests/bench/compare/$area.sh && $repetitions =~ ^[1-9][0-9]*$ ]] || usage

[ -f build/release/build.ninja ] || cmake --preset release >/dev/null

# What the areas share.

# A folder for what peers are built into; gone at the end.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# median: of the numbers on standard input, one a line.
median() { sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

# need_go VERSION: sets `go` to the go command from $GO or PATH, of at least 1.VERSION; ends the program without one.
need_go() {
  go=${GO:-go}
  local version
  version=$("$go" version | grep -oE 'go1\.[0-9]+' | cut -d. -f2) || version=0
  if [ "$version" -lt "$1" ]; then
    echo "compare.sh: $go is too old or missing; set GO to a go command of version 1.$1 or newer" >&2
    exit 1
  fi
}

# shellcheck source=/dev/null  # each area is checked as a file of its own
. "tests/bench/compare/$area.sh"
"compare_$area"
