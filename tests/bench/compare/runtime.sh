#!/usr/bin/env bash
# goroutines, channels ... against Go. The go command (1.22 or newer) is taken from $GO or PATH.
# Read by ../compare.sh, which sets what is not set here.
# shellcheck disable=SC2154

compare_runtime() {
  local works=(SpawnJoin SpawnBatch10k Yield PingPongUnbuffered Buffered128 Select2 MutexUncontended
    MutexContended8 WorkerPool ContextTree Timer10k Skynet1M)
  need_go 22
  cmake --build --preset release --target runtime_works >/dev/null
  (cd tests/bench/peers/go && GOTOOLCHAIN=local GOPROXY=off GOCACHE="$scratch/cache" "$go" test -c -o "$scratch/works" .)

  printf '%-20s %12s %12s %7s   (ns an operation, medians of %s, %s)\n' work gorace go ratio "$repetitions" "$("$go" version | cut -d' ' -f3)"
  local work ours theirs round
  for work in "${works[@]}"; do
    : >"$scratch/ours"
    : >"$scratch/theirs"
    for ((round = 0; round < repetitions; ++round)); do
      build/release/bin/runtime_works --benchmark_filter="^$work/" --benchmark_format=csv 2>/dev/null |
        awk -F, '/real_time/ && !/^name/ {print $3}' >>"$scratch/ours"
      "$scratch/works" -test.run '^$' -test.bench "^Benchmark$work\$" -test.benchtime 0.5s |
        awk '/ns\/op/ {print $3}' >>"$scratch/theirs"
    done
    ours=$(median <"$scratch/ours")
    theirs=$(median <"$scratch/theirs")
    awk -v w="$work" -v a="$ours" -v b="$theirs" 'BEGIN {printf "%-20s %12.1f %12.1f %7.2f\n", w, a, b, a / b}'
  done
}
