#!/bin/bash
# Applies the lints' fix-its with clang -fixit, to a copy:
#   check_fixes.sh <input> <clang++> <gorace-plug.so> <include folder>
# Each line ends as its comment `// becomes: TEXT` says, or as it was; the result compiles, and has nothing left to say. Under -DUNSURE
# there are warnings, but no fix-its more.
set -euo pipefail

input=$1 clang=$2 plug=$3 include=$4
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
compile=("$clang" -std=c++20 -fsyntax-only -Wno-everything -I "$include" -fplugin="$plug")
code() { sed -E 's|[[:space:]]*// becomes:.*||' "$1"; }

cp "$input" "$scratch/fixed.cc"
"${compile[@]}" -Xclang -fixit "$scratch/fixed.cc" >"$scratch/said" 2>&1 || true
sed -E 's|^([[:space:]]*).*// becomes: ?(.*)$|\1\2|; s|[[:space:]]+$||' "$input" >"$scratch/expected.cc"
code "$scratch/fixed.cc" | sed -E 's|[[:space:]]+$||' >"$scratch/found.cc"
if ! diff "$scratch/expected.cc" "$scratch/found.cc"; then
  cat "$scratch/said"
  echo "the fix-its made something else (< expected, > found)" >&2
  exit 1
fi
if ! "${compile[@]}" "$scratch/fixed.cc" >"$scratch/said" 2>&1 || [[ -s $scratch/said ]]; then
  cat "$scratch/said"
  echo "what the fix-its made does not compile silently" >&2
  exit 1
fi

"${compile[@]}" -fdiagnostics-parseable-fixits "$input" >"$scratch/sure" 2>&1
"${compile[@]}" -fdiagnostics-parseable-fixits -DUNSURE "$input" >"$scratch/all" 2>&1
number() { grep -c "$1" "$scratch/$2" || true; }
more=$(($(number ': warning: ' all) - $(number ': warning: ' sure)))
if (($(number '^fix-it:' sure) < 10 || $(number '^fix-it:' all) != $(number '^fix-it:' sure) || more < 10)); then
  cat "$scratch/all"
  echo "expected: as many fix-its with -DUNSURE as without, and more warnings (found $more)" >&2
  exit 1
fi
