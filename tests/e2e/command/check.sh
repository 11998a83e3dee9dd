# Shared by the scripts here (source it): a scratch folder, running the command, and checking what it did. Each script is called with
# the gorace command and the probe program.
#
#   t gorace run ./x          runs; afterwards $code, $out and $err (files) tell what happened
#   code_is 2                 its exit code
#   out_is TEXT / err_is TEXT     the whole output (a final newline aside)
#   $clang, $clangxx, $llvm       the compilers that gorace's plugin is for, and their version
#   out_has REGEX / err_has REGEX   a line of it matches (extended regular expression)
set -uo pipefail
export LC_ALL=C
unset GORACE GORACE_CXX GORACE_CC GORACE_TOOL GORACE_ROOT_PID

gorace=$(realpath "$1")
probe=$(realpath "$2")
sources=$(realpath "$(dirname "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=$scratch/.out err=$scratch/.err
mkdir "$scratch/work" && cd "$scratch/work" || exit 1
failures=0
last=

# The plugin under test, and the clang that it was built for.
plug=$(ls -d "${gorace%/bin/*}"/lib/llvm*/gorace-plug.so | sort -V | tail -1)
llvm=${plug##*/llvm} llvm=${llvm%%/*}
clang=clang-$llvm clangxx=clang++-$llvm

gorace() { "$gorace" "$@"; }

t() {
  last=$*
  "$@" >"$out" 2>"$err"
  code=$?
}

fail() {
  failures=$((failures + 1))
  echo "FAILED (${BASH_SOURCE[2]##*/}:${BASH_LINENO[1]}): $1"
  echo "  command: $last"
  echo "  ---- standard output" && sed 's/^/  /' "$out"
  echo "  ---- standard error" && sed 's/^/  /' "$err"
}

code_is() { [ "$code" = "$1" ] || fail "exit code $code, expected $1"; }
out_is() { [ "$(cat "$out")" = "$1" ] || fail "standard output is not: $1"; }
err_is() { [ "$(cat "$err")" = "$1" ] || fail "standard error is not: $1"; }
out_has() { grep -Eq -- "$1" "$out" || fail "no line of standard output matches: $1"; }
err_has() { grep -Eq -- "$1" "$err" || fail "no line of standard error matches: $1"; }
out_lacks() { ! grep -Eq -- "$1" "$out" || fail "a line of standard output matches: $1"; }
err_lacks() { ! grep -Eq -- "$1" "$err" || fail "a line of standard error matches: $1"; }
check() { "$@" || fail "not true: $*"; }
is_empty() { [ -z "$(ls -A "$1")" ]; }

finish() {
  [ "$failures" -eq 0 ] && exit 0
  echo "$failures checks failed"
  exit 1
}
