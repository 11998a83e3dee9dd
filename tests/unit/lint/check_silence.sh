#!/bin/bash
# Compiles sources with the lints, which are to say nothing:
#   check_silence.sh <clang++> <gorace-plug.so> <the project's folder> <source>...
set -euo pipefail

clang=$1 plug=$2 project=$3
shift 3
status=0
output=$("$clang" -std=c++20 -fsyntax-only -Wno-everything -I "$project" -I "$project/runtime/include" \
  -fplugin="$plug" -fplugin-arg-gorace-Werror=gorace "$@" 2>&1) || status=$?
if ((status != 0)) || [[ -n $output ]]; then
  echo "$output"
  exit 1
fi
