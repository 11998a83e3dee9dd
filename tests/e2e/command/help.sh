#!/usr/bin/env bash
# gorace help, gorace version, and words that gorace does not know.
source "$(dirname "$0")/check.sh"

t gorace help
code_is 0
for command in run c++ cc dump symbolize version; do out_has "^  ${command//+/\\+} "; done
err_is ""

for spelling in "help run" "run --help" "run -h" "run --leaks --help"; do
  t gorace $spelling
  code_is 0
  out_has '^usage: gorace run '
  for flag in race leaks profile profile-dir memprofilerate log halt-on-error exitcode strip-path-prefix; do out_has "^  --$flag"; done
done
for command in run c++ cc dump symbolize version; do
  t gorace help $command
  code_is 0
  out_has "^usage: gorace ${command//+/\\+}"
  cp "$out" "$scratch/help"
  t gorace $command --help
  out_is "$(cat "$scratch/help")"
done

t gorace
code_is 2
out_is ""
err_has '^usage: gorace '

t gorace version
code_is 0
out_has '^gorace [0-9]+\.[0-9]+\.[0-9]+ \(LLVM '"$llvm"'\.[0-9.]+, [A-Za-z]+\)$'
t gorace --version
out_has '^gorace [0-9]'
t gorace version please
code_is 2

t gorace rnu ./x
code_is 2
err_is "gorace: unknown command 'rnu'; did you mean 'run'?"
t gorace frobnicate
code_is 2
err_is "gorace: unknown command 'frobnicate'; \`gorace help\` lists them"
t gorace help frobnicate
code_is 2

finish
