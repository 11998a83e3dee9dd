#!/usr/bin/env bash
# The main job in one command: installs what is missing, builds gorace, and lets it find the race in samples/counter_race.cc.
# usage: tools/demo.sh
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh --build-only
echo "== Building gorace (build/release)"
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
cmake --build --preset release --target gorace_toolchain

echo
echo "== The program: samples/counter_race.cc"
grep -v '^//' samples/counter_race.cc
echo
echo "== gorace run --strip-path-prefix=\"\$PWD/\" samples/counter_race.cc"
status=0
build/release/bin/gorace run --strip-path-prefix="$PWD/" samples/counter_race.cc || status=$?
echo
echo "== exit code $status"
if [ "$status" -ne 66 ]; then
  echo "tools/demo.sh: the race was not reported (66 was expected)" >&2
  exit 1
fi
