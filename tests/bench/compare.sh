#!/usr/bin/env bash
# Compares gorace with its peer on the same works, in turn, in one call, and prints a line a work: medians and their ratio
# (gorace / peer: less is better).
# usage: tests/bench/compare.sh runtime [REPETITIONS]
#   runtime    goroutines, channels ... against Go. The go command (1.22 or newer) is taken from $GO or PATH.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  sed -n 's/^# \{0,1\}//p' "$0" | sed -n 2,6p >&2
  exit 2
}
area=${1:-}
repetitions=${2:-5}
[[ $repetitions =~ ^[1-9][0-9]*$ ]] || usage

[ -f build/release/build.ninja ] || cmake --preset release >/dev/null

# median: of the numbers on standard input, one a line.
median() { sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

compare_runtime() {
  local go=${GO:-go} works=(SpawnJoin SpawnBatch10k Yield PingPongUnbuffered Buffered128 Select2 MutexUncontended
    MutexContended8 WorkerPool ContextTree Timer10k Skynet1M)
  local version
  version=$("$go" version | grep -oE 'go1\.[0-9]+' | cut -d. -f2) || version=0
  if [ "$version" -lt 22 ]; then
    echo "compare.sh: $go is too old or missing; set GO to a go command of version 1.22 or newer" >&2
    exit 1
  fi
  cmake --build --preset release --target runtime_works >/dev/null
  local peer
  peer=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder's name as it is now
  trap "rm -rf '$peer'" EXIT
  (cd tests/bench/peers/go && GOTOOLCHAIN=local GOPROXY=off GOCACHE="$peer/cache" "$go" test -c -o "$peer/works" .)

  printf '%-20s %12s %12s %7s   (ns an operation, medians of %s, %s)\n' work gorace go ratio "$repetitions" "$("$go" version | cut -d' ' -f3)"
  local work ours theirs round
  for work in "${works[@]}"; do
    : >"$peer/ours"
    : >"$peer/theirs"
    for ((round = 0; round < repetitions; ++round)); do
      build/release/bin/runtime_works --benchmark_filter="^$work/" --benchmark_format=csv 2>/dev/null |
        awk -F, '/real_time/ && !/^name/ {print $3}' >>"$peer/ours"
      "$peer/works" -test.run '^$' -test.bench "^Benchmark$work\$" -test.benchtime 0.5s |
        awk '/ns\/op/ {print $3}' >>"$peer/theirs"
    done
    ours=$(median <"$peer/ours")
    theirs=$(median <"$peer/theirs")
    awk -v w="$work" -v a="$ours" -v b="$theirs" 'BEGIN {printf "%-20s %12.1f %12.1f %7.2f\n", w, a, b, a / b}'
  done
}

case $area in
  runtime) compare_runtime ;;
  *) usage ;;
esac
