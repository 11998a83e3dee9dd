#!/usr/bin/env bash
# Runs tools/demo.sh, as README.md says, and compares what it prints at its end with README.md's transcript. What differs from run to run is
# taken out of both: addresses, which of the two goroutines is reported first, whether it has ended, the order of stderr and stdout.
# usage: readme.sh     in the root of the repository
set -euo pipefail

normal() {
  sed -E -e 's/0x[0-9a-f]+/ADDRESS/g' -e 's/\+ADDRESS//' -e 's/goroutine [0-9]+/goroutine N/Ig' -e 's/\$_[0-9]+/LAMBDA/g' \
    -e 's/Previous (read|write)/Previous access/' -e 's/^(Read|Write) at/Access at/' -e 's/\((running|finished)\)/(STATE)/' \
    -e 's/:2[67]\b/:SPAWN/' -e 's/counter = [0-9]+/counter = N/' -e 's|[^ ]*/include/gorace/([a-z_/]+\.h):[0-9]+|include/gorace/\1:N|' \
    -e 's/Found [0-9]+/Found N/' -e 's/ *$//' | sort -u
}

shown=$(sed -n '/<!-- demo transcript/,/<!-- end -->/p' README.md | grep -vE '^(<!--|```)' | normal)
[ -n "$shown" ] || { echo "README.md has no transcript"; exit 1; }
printed=$(tools/demo.sh 2>&1 | sed -n '/^== gorace run/,$p' | normal)
diff <(echo "$shown") <(echo "$printed") || { echo "README.md shows (<) what tools/demo.sh does not print (>)"; exit 1; }
