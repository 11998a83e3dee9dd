#!/bin/bash
# Compiles the project's own sources with the lints, which are to say nothing:
#   check_own.sh <clang++> <gorace-plug.so> <compiler's flag>... -- <source>...
# Most of a file's time is its headers, so that many sources are compiled as one. Those that cannot stand beside the others, because both call
# something in an unnamed namespace the same, are left for a next batch.
set -euo pipefail

clang=$1 plug=$2
shift 2
flags=()
while [[ $1 != -- ]]; do
  flags+=("$1")
  shift
done
shift
sources=("$@")
((${#sources[@]} > 0)) || { echo "no sources" >&2; exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# compile SOURCE...: the lints' output and errors in $scratch/out.
compile() {
  printf '#include "%s"\n' "$@" >"$scratch/batch.cc"
  "$clang" -std=c++20 -fsyntax-only -Wno-everything -ferror-limit=0 "${flags[@]}" \
    -fplugin="$plug" -fplugin-arg-gorace-Werror=gorace "$scratch/batch.cc" >"$scratch/out" 2>&1
}

# misfits SOURCE...: those in which the last compilation found errors that are not a lint's.
misfits() {
  for source in "$@"; do
    if grep -F "$source:" "$scratch/out" | grep -E ': (fatal )?error: ' | grep -vq '\[-Werror=gorace-'; then echo "$source"; fi
  done
}

while ((${#sources[@]} > 0)); do
  batch=("${sources[@]}") sources=()
  while ! compile "${batch[@]}"; do
    mapfile -t out < <(misfits "${batch[@]}")
    if ((${#batch[@]} == 1)) || grep -q '\[-Werror=gorace-' "$scratch/out"; then
      cat "$scratch/out"
      exit 1
    fi
    # The errors may all stand in a header that two of them include.
    if ((${#out[@]} == 0 || ${#out[@]} == ${#batch[@]})); then out=("${batch[@]:${#batch[@]} / 2}"); fi
    sources+=("${out[@]}")
    mapfile -t batch < <(printf '%s\n' "${batch[@]}" | grep -vxF -f <(printf '%s\n' "${out[@]}"))
  done
  if [[ -s $scratch/out ]]; then
    cat "$scratch/out"
    exit 1
  fi
  echo "${#batch[@]} sources say nothing"
done
