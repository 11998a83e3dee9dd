#!/usr/bin/env bash
# goroutines, channels ... against Go. The go command (1.22 or newer) is taken from $GO or PATH.
# Read by ../compare.sh, which sets what is not set here.
# shellcheck disable=SC2154

compare_runtime() {
  local works=(SpawnJoin SpawnBatch10k Yield PingPongUnbuffered Buffered128 Select2 MutexUncontended
    MutexContended8 WorkerPool ContextTree Timer10k Skynet1M TcpEcho1000)
  need_go 22
  cmake --build --preset release --target runtime_works >/dev/null
  (cd tests/bench/peers/go && GOTOOLCHAIN=local GOPROXY=off GOCACHE="$scratch/cache" "$go" test -c -o "$scratch/works" .)

  printf '%-20s %12s %12s %7s   (ns an operation, medians of %s, %s)\n' work gorace go ratio "$repetitions" "$("$go" version | cut -d' ' -f3)"
  local work round count
  for work in "${works[@]}"; do
    : >"$scratch/ours"
    : >"$scratch/theirs"
    for ((round = 0; round < repetitions; ++round)); do
      build/release/bin/runtime_works --benchmark_filter="^$work/" --benchmark_format=csv 2>/dev/null |
        awk -F, '/real_time/ && !/^name/ {print $3}' >>"$scratch/ours"
      "$scratch/works" -test.run '^$' -test.bench "^Benchmark$work\$" -test.benchtime 0.5s |
        awk '/ns\/op/ {print $3}' >>"$scratch/theirs"
    done
    print_medians "$work" "$scratch/ours" "$scratch/theirs"
  done
  compare_idle_connections
  for count in 10000 100000 1000000; do compare_park "$count"; done
}

# print_medians: LABEL OURS THEIRS, files of one number a line.
print_medians() {
  awk -v w="$1" -v a="$(median <"$2")" -v b="$(median <"$3")" 'BEGIN {printf "%-20s %12.1f %12.1f %7.2f\n", w, a, b, a / b}'
}

# compare_idle_connections: time and the server's memory of each of 9000 connections that wait for their next request.
compare_idle_connections() {
  local round
  rm -f "$scratch"/{ours,theirs}.{ns,bytes}
  for ((round = 0; round < repetitions; ++round)); do
    build/release/bin/runtime_works --benchmark_filter='^IdleConns/' --benchmark_format=csv 2>/dev/null |
      awk -F, -v ns="$scratch/ours.ns" -v bytes="$scratch/ours.bytes" '
        /^name/ {for (i = 1; i <= NF; ++i) if ($i == "\"bytes\"") column = i}
        /Idle/ {print $3 >>ns; print $column >>bytes}'
    "$scratch/works" -test.run '^$' -test.bench '^BenchmarkIdleConns$' -test.benchtime 1x |
      awk -v ns="$scratch/theirs.ns" -v bytes="$scratch/theirs.bytes" '
        {for (i = 2; i <= NF; ++i) {if ($i == "ns/connection") print $(i - 1) >>ns; if ($i == "bytes/connection") print $(i - 1) >>bytes}}'
  done
  print_medians "connection bytes" "$scratch/ours.bytes" "$scratch/theirs.bytes"
  print_medians "connection ns" "$scratch/ours.ns" "$scratch/theirs.ns"
}

# compare_park: COUNT: time and memory of each of COUNT goroutines that are parked at once, in a new process each time. Each side runs twice
# and the second run counts: on a virtual machine the first one pays for the host's memory, and the side that follows would not.
compare_park() {
  local count=$1 label round run
  case $count in
    10000) label='park 10k' ;;
    100000) label='park 100k' ;;
    *) label='park 1M' ;;
  esac
  rm -f "$scratch"/{ours,theirs}.{ns,bytes}
  for ((round = 0; round < repetitions; ++round)); do
    for run in warm-up counts; do
      build/release/bin/runtime_works --benchmark_filter="^Park/$count/" --benchmark_format=csv 2>/dev/null >"$scratch/$run"
    done
    awk -F, -v ns="$scratch/ours.ns" -v bytes="$scratch/ours.bytes" '
      /^name/ {for (i = 1; i <= NF; ++i) if ($i == "\"bytes\"") column = i}
      /Park/ {print $3 >>ns; print $column >>bytes}' "$scratch/counts"
    for run in warm-up counts; do
      "$scratch/works" -test.run '^$' -test.bench "^BenchmarkPark\$/^$count\$" -test.benchtime 1x >"$scratch/$run"
    done
    awk -v ns="$scratch/theirs.ns" -v bytes="$scratch/theirs.bytes" '
      {for (i = 2; i <= NF; ++i) {if ($i == "ns/goroutine") print $(i - 1) >>ns; if ($i == "bytes/goroutine") print $(i - 1) >>bytes}}' "$scratch/counts"
  done
  print_medians "$label bytes each" "$scratch/ours.bytes" "$scratch/theirs.bytes"
  print_medians "$label ns each" "$scratch/ours.ns" "$scratch/theirs.ns"
}
