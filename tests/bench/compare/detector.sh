#!/usr/bin/env bash
# programs under race detection, against go -race (go 1.22 or newer from $GO or PATH, with cgo) and clang's ThreadSanitizer ($CXX).
# Read by ../compare.sh, which sets what is not set here.
# shellcheck disable=SC2154

compare_detector() {
  local compiler=${CXX:-clang++-19} gorace=build/release/bin/gorace
  local goroutine_works=(SpawnJoin SpawnBatch10k Yield PingPongUnbuffered Buffered128 MutexUncontended WorkerPool)
  local thread_works=(ThreadSpawnJoin MutexPair AtomicAdd AcquireLoad RelaxedLoad FirstWriteInEpoch FirstReadInEpoch
    Malloc32 Malloc1000 Malloc100000 MemoryOfBlock MemoryOfNodes MemoryOfMutexes)
  need_go 22
  cmake --build --preset release --target tools/all gorace-plug gorace_race gorace >/dev/null
  "$gorace" c++ -std=c++20 -O2 -g tests/bench/runtime_works.cc -pthread -lbenchmark -o "$scratch/goroutines"
  "$gorace" c++ -std=c++20 -O2 -g tests/bench/detector_works.cc -pthread -o "$scratch/ours"
  "$compiler" -fsanitize=thread -std=c++20 -O2 -g tests/bench/detector_works.cc -pthread -o "$scratch/theirs"
  (cd tests/bench/peers/go && CGO_ENABLED=1 GOTOOLCHAIN=local GOPROXY=off GOCACHE="$scratch/cache" "$go" test -race -c -o "$scratch/works" .)

  # in_turn OURS THEIRS: runs the two commands, and prints the line of the work.
  in_turn() {
    local round
    : >"$scratch/a"
    : >"$scratch/b"
    for ((round = 0; round < repetitions; ++round)); do
      "$1" "$work" >>"$scratch/a"
      "$2" "$work" >>"$scratch/b"
    done
    awk -v w="$work" -v a="$(median <"$scratch/a")" -v b="$(median <"$scratch/b")" 'BEGIN {printf "%-20s %12.1f %12.1f %7.2f\n", w, a, b, a / b}'
  }
  goroutines() { "$scratch/goroutines" --benchmark_filter="^$1/" --benchmark_format=csv 2>/dev/null | awk -F, '/real_time/ && !/^name/ {print $3}'; }
  go_works() { "$scratch/works" -test.run '^$' -test.bench "^Benchmark$1\$" -test.benchtime 0.3s | awk '/ns\/op/ {print $3}'; }
  ours() { "$scratch/ours" "$1"; }
  theirs() { setarch -R "$scratch/theirs" "$1"; }

  local work
  printf '%-20s %12s %12s %7s   (ns an operation, medians of %s; %s)\n' work gorace 'go -race' ratio "$repetitions" "$("$go" version | cut -d' ' -f3)"
  for work in "${goroutine_works[@]}"; do in_turn goroutines go_works; done
  printf '%-20s %12s %12s %7s   (the same; Memory...: resident bytes a byte touched, and bytes a mutex)\n' work gorace tsan ratio
  for work in "${thread_works[@]}"; do in_turn ours theirs; done
}
