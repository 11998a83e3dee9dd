#!/usr/bin/env bash
# Installs what is missing, builds every preset and runs the whole test suite.
# usage: tools/test.sh [preset...]     default: gcc asan tsan llvm16 release (release last: it has the end-to-end tests)
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh
presets=("$@")
[ ${#presets[@]} -gt 0 ] || presets=(gcc asan tsan llvm16 release)

for preset in "${presets[@]}"; do
  echo "== $preset: build"
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset"
  echo "== $preset: test"
  ctest --preset "$preset" -j 2
done
