#!/usr/bin/env bash
# What the compiler plugin is given wrongly is named, and never ends the compiler by a signal: arguments, the plugin more than once or
# for another clang, files of models and ignore lists that are none.
source "$(dirname "$0")/check.sh"

echo '#include <atomic>
int plain; std::atomic<int> counter;
void touch() { ++plain; ++counter; }' >code.cc
with_plugin=(timeout 20 "$clangxx" -std=c++20 -O1 -fplugin="$plug" -fpass-plugin="$plug" -c code.cc -o code.o)

# refused REGEX: a compiler's error, by its own words.
refused() {
  code_is 1
  err_has "$1"
  err_lacks 'PLEASE submit a bug report|Stack dump'
}

# Arguments of the plugin and of its pass.
t "${with_plugin[@]}" -fplugin-arg-gorace-colour=red
refused "error: gorace: unknown plugin argument 'colour=red' \(given as -fplugin-arg-gorace-colour=red\)"
t "${with_plugin[@]}" -mllvm -gorace-samples=1
refused "Unknown command line argument '-gorace-samples=1'"
for rate in x -1 1.5 99999999999999; do
  t "${with_plugin[@]}" -mllvm -gorace-sample=$rate
  refused "for the --gorace-sample option: '$rate' value invalid for uint argument"
done
t "${with_plugin[@]}" -mllvm -gorace-sample=1000001
refused "for the --gorace-sample option: '1000001' is more than 1000000, which is all of the time"
t "${with_plugin[@]}" -mllvm -gorace-sample=1000000
code_is 0

# The same plugin twice, by one path or two: instrumented once, and each thing said once.
echo '#include <mutex>
std::mutex mutex;
void leave(bool early) { mutex.lock(); if (early) return; mutex.unlock(); }' >leak.cc
cp "$plug" copy.so
for again in "$plug" "$PWD/copy.so"; do
  t "${with_plugin[@]}" -fplugin="$again" -fpass-plugin="$again" -mllvm -gorace-verbose
  code_is 0
  check [ "$(grep -c '^gorace: _Z5touchv: ' "$err")" = 1 ]
  t "$clangxx" -fplugin="$plug" -fplugin="$again" -fsyntax-only leak.cc
  code_is 0
  check [ "$(grep -c 'gorace-lock-leak' "$err")" = 1 ]
  t "$clangxx" -fplugin="$plug" -fplugin="$again" -fplugin-arg-gorace-colour -fsyntax-only leak.cc
  refused "unknown plugin argument 'colour'"
  check [ "$(grep -c 'unknown plugin argument' "$err")" = 1 ]
done

# Plugins for two versions of clang, in either order, as either kind: one sentence.
build=${gorace%/bin/*}
for other in 16 19; do
  foreign=$(dirname "$build")/llvm$other/lib/llvm$other/gorace-plug.so
  [ "$other" != 19 ] || foreign=$(dirname "$build")/release/lib/llvm19/gorace-plug.so
  if [ "$other" = "$llvm" ] || [ ! -e "$foreign" ]; then continue; fi
  sentence="gorace: error: this is clang $llvm, and $foreign is for clang $other: compile with clang-$other, or take the plugin for \
clang $llvm (gorace c++ chooses the one that fits)"
  t "$clangxx" -fplugin="$plug" -fplugin="$foreign" -c code.cc
  code_is 1
  err_is "$sentence"
  t "$clangxx" -fplugin="$foreign" -fplugin="$plug" -c code.cc
  code_is 1
  err_is "$sentence"
  t "$clangxx" -fplugin="$plug" -fpass-plugin="$foreign" -c code.cc
  code_is 1
  err_is "$sentence"
done
t "$clangxx" -fpass-plugin="$PWD/none.so" -c code.cc
refused "unable to load plugin '$PWD/none.so'"

# Files, of models and of what is ignored.
mkdir folder
: >empty
mkfifo pipe
printf '# fine\nf = lock this\0\n' >zero.models
printf '# fine\nfun:f\0\n' >zero.list
{ echo '# fine' && head -c 70000 /dev/zero | tr '\0' a; } >long
printf '# fine\r\n\r\nnonsense\r\n' >dos
printf '\357\273\277# begins with a mark\nfun:x\n' >marked.list
printf '\357\273\277# begins with a mark\nf = lock this\n' >marked.models
file_is_refused() { # OPTION NAME FILE REGEX
  t "${with_plugin[@]}" -mllvm "-gorace-$1=$3"
  refused "^error: gorace: $2 $3$4"
}
for kind in "model model_file models" "ignorelist ignore_list list"; do
  read -r option name ending <<<"$kind"
  name=${name/_/ }
  file_is_refused "$option" "$name" none ': No such file or directory$'
  file_is_refused "$option" "$name" folder ': Is a directory$'
  file_is_refused "$option" "$name" pipe ': is not a regular file$'
  file_is_refused "$option" "$name" /dev/zero ': is not a regular file$'
  file_is_refused "$option" "$name" "zero.$ending" ', line 2: is not text: it has a byte 0x00$'
  file_is_refused "$option" "$name" "$plug" ', line 1: is not text: it has a byte 0x[0-9a-f]{2}$'
  file_is_refused "$option" "$name" long ', line 2: longer than 65536 bytes$'
  for file in empty "marked.$ending"; do
    t "${with_plugin[@]}" -mllvm "-gorace-$option=$file"
    code_is 0
    err_is ""
  done
done
file_is_refused model "model file" dos ', line 3: expected FUNCTION = ACTION, ...$'
file_is_refused ignorelist "ignore list" dos ": malformed line 3: 'nonsense'$"
t "${with_plugin[@]}" -mllvm -gorace-model=
refused 'gorace: model file : No such file or directory'

# A pattern that fits in very many ways, or just not.
stars=$(printf '**::%.0s' $(seq 24))
parts=$(printf 'a::%.0s' $(seq 40))
echo "${stars}b::last = nothing" >stars.models
echo "namespace ${parts%::} { void last(); } void call() { ${parts}last(); }" >deep.cc
t timeout 20 "$clangxx" -std=c++20 -fplugin="$plug" -fpass-plugin="$plug" -mllvm -gorace-model=stars.models -c deep.cc -o deep.o
code_is 0

finish
