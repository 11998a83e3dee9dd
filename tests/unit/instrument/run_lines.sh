#!/bin/bash
# Runs the RUN: lines of a test input, as LLVM's lit does:
#   run_lines.sh <input> <scratch folder> <LLVM's bin folder> <gorace-plug.so> <gorace-pass.so> <libstub_detector.a>
# In a line, %s is the input, %S its folder, %t a scratch file name, %opt opt with the pass loaded, %check FileCheck on the input, %clang and
# %clangxx the compilers with the plugin, %plain the compiler without, %plug and %pass the modules, %stub the stub detector.
set -euo pipefail

input=$1 scratch=$2 bin=$3 plug=$4 pass=$5 stub=$6
mkdir -p "$scratch"
cd "$scratch"
temporary=$scratch/$(basename "$input")
plugin_flags="-fplugin=$plug -fpass-plugin=$plug -Xclang -mllvm -Xclang -gorace-inline=always"

expand() {
  sed -e "s|%clangxx|$bin/clang++ -std=c++20 $plugin_flags|g" -e "s|%clang|$bin/clang $plugin_flags|g" \
      -e "s|%plain|$bin/clang++ -std=c++20|g" -e "s|%opt|$bin/opt -load-pass-plugin=$pass|g" \
      -e "s|%check|$bin/FileCheck $input|g" -e "s|%not|$bin/not|g" -e "s|%bin|$bin|g" \
      -e "s|%plug|$plug|g" -e "s|%pass|$pass|g" -e "s|%stub|$stub|g" -e "s|%s|$input|g" -e "s|%S|$(dirname "$input")|g" -e "s|%t|$temporary|g"
}

lines=0
while IFS= read -r line; do
  command=$(printf '%s\n' "${line#*RUN: }" | expand)
  lines=$((lines + 1))
  if ! bash -o pipefail -c "$command"; then
    echo "failed: $command" >&2
    exit 1
  fi
done < <(grep -E '^(;|//) RUN: ' "$input")

if ((lines == 0)); then
  echo "no RUN: line in $input" >&2
  exit 1
fi
