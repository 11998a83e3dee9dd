#!/usr/bin/env bash
# instrumented std::thread kernels against clang's ThreadSanitizer: slowdown, size of the code, time to compile. Needs clang of gorace's version ($CXX).
# Read by ../compare.sh, which sets what is not set here.
# shellcheck disable=SC2154

compare_instrument() {
  local compiler=${CXX:-clang++-19} gorace=build/release/bin/gorace kernels=() file
  cmake --build --preset release --target tools/all gorace-plug gorace_race gorace >/dev/null
  for file in tests/bench/kernels/*.cc; do kernels+=("$(basename "$file" .cc)"); done

  # build KIND COMPILER...: objects and programs of all kernels; notes the seconds that the objects took and the bytes of their code.
  build() {
    local kind=$1 work start
    shift
    start=$(date +%s%N)
    for work in "${kernels[@]}"; do
      "$@" -std=c++20 -O2 -g -c "tests/bench/kernels/$work.cc" -o "$scratch/$work.$kind.o"
    done
    awk -v n="$(($(date +%s%N) - start))" 'BEGIN {printf "%.2f", n / 1e9}' >"$scratch/$kind.seconds"
    for work in "${kernels[@]}"; do "$@" "$scratch/$work.$kind.o" -pthread -o "$scratch/$work.$kind"; done
    size "$scratch"/*."$kind".o | awk 'NR > 1 {sum += $1} END {print sum}' >"$scratch/$kind.bytes"
  }
  build plain "$compiler"
  build tsan "$compiler" -fsanitize=thread
  build gorace "$gorace" c++

  # seconds WORK KIND: of one run. A kernel that finds its result wrong, or a race in it, ends the comparison.
  seconds() { setarch -R "$scratch/$1.$2" || { echo "compare.sh: $1 ($2) failed" >&2; exit 1; }; }

  printf '%-14s %8s %8s %8s %7s   (slowdowns of medians of %s, -O2; plain in seconds)\n' work plain gorace tsan ratio "$repetitions"
  local work kind round
  for work in "${kernels[@]}"; do
    for ((round = 0; round < repetitions; ++round)); do
      for kind in plain gorace tsan; do seconds "$work" "$kind" >>"$scratch/$work.$kind.times"; done
    done
    awk -v w="$work" -v p="$(median <"$scratch/$work.plain.times")" -v g="$(median <"$scratch/$work.gorace.times")" \
      -v t="$(median <"$scratch/$work.tsan.times")" \
      'BEGIN {printf "%-14s %8.3f %7.2fx %7.2fx %7.2f\n", w, p, g / p, t / p, g / t}' | tee -a "$scratch/lines"
  done
  awk '{g += log($3); t += log($4); r += log($5)}
       END {printf "%-14s %8s %7.2fx %7.2fx %7.2f\n", "geometric mean", "", exp(g / NR), exp(t / NR), exp(r / NR)}' "$scratch/lines"

  local measure
  for measure in bytes seconds; do
    awk -v m="$measure" -v p="$(cat "$scratch/plain.$measure")" -v g="$(cat "$scratch/gorace.$measure")" -v t="$(cat "$scratch/tsan.$measure")" \
      'BEGIN {printf "%-14s %8s %7.2fx %7.2fx %7.2f\n", m == "bytes" ? "code size" : "compile time", p, g / p, t / p, g / t}'
  done
}
