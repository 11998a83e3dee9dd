#!/bin/bash
# run_expect.sh PROGRAM SOURCE: runs PROGRAM and checks what the comments of SOURCE promise:
#
#   // expect: clean              exit code 0, nothing reported (the default when there is no such line is an error)
#   // expect: race               exit code 66 and at least one report
#   // expect: finding            exit code 66 and no race: other problems, which expect-report names
#   // expect-exit: N             another exit code
#   // expect-report: REGEX       (extended) some line of stderr matches; one such comment for each
#   // expect-no-report: REGEX    no line of stderr matches
#   // expect-output: REGEX       some line of stdout matches
#   // runs: N                    how many times (default 1): each must fulfil everything
#   // options: GORACE...         the value of GORACE
#   // needs: symbols             skipped (77) without the gorace command, which names static functions and variables
set -u
program=$1
source=$2

# values KEY prints the values of all comments with that key.
values() { sed -n "s|^// $1: *||p" "$source"; }
verdict=$(values expect)
runs=$(values runs)
expected_exit=$(values expect-exit)
case $verdict in
  race | finding) : "${expected_exit:=66}" ;;
  clean) : "${expected_exit:=0}" ;;
  *) echo "run_expect.sh: $source has no '// expect: race', 'finding' or 'clean'" >&2; exit 2 ;;
esac

if misplaced=$(grep -nE '^// .*[^ /] *(expect(-exit|-report|-no-report|-output)?|runs|options|needs): ' "$source"); then
  echo "run_expect.sh: $source: an expectation stands behind another text, where it is not read: $misplaced" >&2
  exit 2
fi

[[ $(values needs) != symbols || -n ${GORACE_TOOL:-} ]] || { echo "needs the gorace command"; exit 77; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

complain() {
  echo "FAILED: $1" >&2
  failed=1
}

check_run() {
  GORACE=$(values options) timeout 60 "$program" >"$scratch/out" 2>"$scratch/err"
  local code=$?
  [[ $code == "$expected_exit" ]] || complain "exit code $code, expected $expected_exit"
  if [[ $verdict == race ]]; then
    grep -q '^WARNING: DATA RACE$' "$scratch/err" || complain "no race was reported"
  elif [[ $verdict == finding ]]; then
    grep -q '^WARNING: DATA RACE$' "$scratch/err" && complain "a race was reported"
  else
    grep -q '^WARNING: ' "$scratch/err" && complain "something was reported"
  fi
  while IFS= read -r pattern; do
    grep -Eq -- "$pattern" "$scratch/err" || complain "no line of stderr matches: $pattern"
  done < <(values expect-report)
  while IFS= read -r pattern; do
    grep -Eq -- "$pattern" "$scratch/err" && complain "a line of stderr matches: $pattern"
  done < <(values expect-no-report)
  while IFS= read -r pattern; do
    grep -Eq -- "$pattern" "$scratch/out" || complain "no line of stdout matches: $pattern"
  done < <(values expect-output)
  if [[ $failed != 0 ]]; then
    echo "--- stdout" >&2
    cat "$scratch/out" >&2
    echo "--- stderr" >&2
    head -c 20000 "$scratch/err" >&2
    exit 1
  fi
}

for ((run = 0; run < ${runs:-1}; ++run)); do check_run; done
