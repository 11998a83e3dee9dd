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
  "$gorace" c++ -std=c++20 -O2 -g -I. tests/bench/detector_goroutines.cc -pthread -o "$scratch/live"
  "$gorace" c++ -std=c++20 -O2 -g -I. tests/bench/detector_works.cc -pthread -o "$scratch/ours"
  "$compiler" -fsanitize=thread -std=c++20 -O2 -g -I. tests/bench/detector_works.cc -pthread -o "$scratch/theirs"
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
  # One processor for both: what is measured is the work, and not who runs beside whom.
  export GOMAXPROCS=1
  goroutines() { "$scratch/goroutines" --benchmark_filter="^$1/" --benchmark_format=csv 2>/dev/null | awk -F, '/real_time/ && !/^name/ {print $3}'; }
  go_works() { "$scratch/works" -test.run '^$' -test.bench "^Benchmark$1\$" -test.benchtime 0.3s | awk '/ns\/op/ {print $3}'; }
  ours() { "$scratch/ours" "$1"; }
  theirs() { setarch -R "$scratch/theirs" "$1"; }
  among_many() { "$scratch/live" "$1" 100000; }
  among_few() { "$scratch/live" "$1" 100; }
  # peak KERNEL: the most kilobytes that it had resident.
  peak() { KERNEL_PRINTS_MEMORY=1 setarch -R "$1"; }

  local work
  printf '%-20s %12s %12s %7s   (ns an operation, medians of %s; %s)\n' work gorace 'go -race' ratio "$repetitions" "$("$go" version | cut -d' ' -f3)"
  for work in "${goroutine_works[@]}"; do in_turn goroutines go_works; done
  printf '%-20s %12s %12s %7s   (the same; Memory...: resident bytes a byte touched, and bytes a mutex)\n' work gorace tsan ratio
  for work in "${thread_works[@]}"; do in_turn ours theirs; done
  printf '%-20s %12s %12s %7s   (the same, gorace alone: among so many parked goroutines)\n' work 100,000 100 ratio
  for work in PingPong Mutex; do in_turn among_many among_few; done
  printf '%-20s %12.0f   (resident bytes a goroutine, parked on a channel: 100,000)\n' MemoryOfGoroutines "$(among_many Memory)"
  printf '%-20s %12s %12s %7s   (peak resident memory as multiples of the plain program, which has so many MiB)\n' kernel gorace tsan ratio
  local file plain
  for file in tests/bench/kernels/*.cc; do
    work=$(basename "$file" .cc)
    "$compiler" -std=c++20 -O2 "$file" -pthread -o "$scratch/kernel.plain"
    "$compiler" -fsanitize=thread -std=c++20 -O2 -g "$file" -pthread -o "$scratch/kernel.theirs"
    "$gorace" c++ -std=c++20 -O2 -g "$file" -pthread -o "$scratch/kernel.ours"
    plain=$(peak "$scratch/kernel.plain")
    awk -v w="$work" -v p="$plain" -v a="$(peak "$scratch/kernel.ours")" -v b="$(peak "$scratch/kernel.theirs")" \
      'BEGIN {printf "%-20s %12.2f %12.2f %7.2f   %d\n", w, a / p, b / p, a / b, p / 1024}'
  done
}
