#!/usr/bin/env bash
# Fails when a library that is linked into user programs defines a global symbol outside gorace's names and the libc functions that it
# stands in for, or needs Abseil, Protobuf or LLVM.
# usage: check_symbols.sh LIBRARY.a...
set -euo pipefail

status=0
for library in "$@"; do
  foreign=$(nm -C --undefined-only "$library" 2>/dev/null | grep -E 'absl::|google::protobuf|llvm::' | sort -u || true)
  if [ -n "$foreign" ]; then
    echo "$library needs symbols of libraries that a user may have in another version:"
    echo "$foreign" | head -5
    status=1
  fi
  # Strong definitions of C++ names must be in namespace gorace; T, D, B, R: text, data, bss, read-only.
  strays=$(nm -C --defined-only --extern-only "$library" 2>/dev/null |
    awk '$2 ~ /^[TDBR]$/ {sub(/^[^ ]+ [A-Z] /, ""); print}' |
    grep '::' | grep -vE '(^|[ &*(])gorace::|for gorace::' | sort -u || true)
  if [ -n "$strays" ]; then
    echo "$library defines C++ names outside namespace gorace:"
    echo "$strays" | head -5
    status=1
  fi
done
exit $status
