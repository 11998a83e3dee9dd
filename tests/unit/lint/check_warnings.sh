#!/bin/bash
# Compiles an input with the lints and compares what they say with what its comments expect:
#   check_warnings.sh <input> <clang++> <gorace-plug.so> <include folder>...
# A comment `// warn: lock-leak` (several lints: commas) expects a warning on its line; every other line is to be silent. A first line
# `// arguments: ...` is given to the compiler.
set -euo pipefail

input=$1 clang=$2 plug=$3
shift 3
includes=()
for folder in "$@"; do includes+=(-I "$folder"); done
read -r -a arguments < <(sed -n '1s|^// arguments: ||p' "$input") || true

status=0
output=$("$clang" -std=c++20 -fsyntax-only -Wno-everything -Wno-unused "${includes[@]}" -fplugin="$plug" ${arguments[@]+"${arguments[@]}"} "$input" 2>&1) || status=$?
if ((status != 0)) || grep -q ': error: ' <<<"$output"; then
  echo "$output"
  echo "$input does not compile" >&2
  exit 1
fi

expected=$(awk '{ if (match($0, /\/\/ warn: /)) { n = split(substr($0, RSTART + RLENGTH), names, /, */); for (i = 1; i <= n; ++i) print NR, names[i] } }' "$input" | sort)
found=$(sed -n -E "s|^$input:([0-9]+):[0-9]+: warning: .* \[-Wgorace-([a-z-]+)\]$|\1 \2|p" <<<"$output" | sort)
if [[ $expected != "$found" ]]; then
  diff <(echo "$expected") <(echo "$found") | sed -n -e 's/^< /missing:    line /p' -e 's/^> /unexpected: line /p' >&2
  echo "$output"
  exit 1
fi
# A warning that is not one of the lints', or stands in another file.
total=$(grep -c ': warning: ' <<<"$output" || true)
known=$(grep -c . <<<"$found" || true)
if ((total != known)); then
  echo "$output"
  echo "warnings elsewhere" >&2
  exit 1
fi
