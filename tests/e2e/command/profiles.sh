#!/usr/bin/env bash
# Profiles that gorace run writes, read by go tool pprof.
source "$(dirname "$0")/check.sh"
if ! command -v go >/dev/null; then
  echo "go is not installed (Debian: golang-go): skipped"
  exit 0
fi
# The first use compiles pprof; nothing is fetched, and nothing stays.
export HOME=$scratch/home GOCACHE=${GORACE_TEST_GOCACHE:-$scratch/gocache} PPROF_TMPDIR=$scratch/pprof GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local
mkdir -p "$HOME"
pprof() { go tool pprof "$@"; }

# By hand, through the server: what pprof shows is what the program recorded.
cat >code.cc <<'END'
__attribute__((noinline)) int leaf(int value) { return value + 1; }
int main(int argc, char**) { return leaf(argc) - leaf(argc); }
END
t "$clangxx" -O1 -g code.cc -o code
address=$(nm code | awk '$3 == "_Z4leafi" {print $1}')
pc=$(printf '%x' $((0x$address + 1 + 0x10000)))
{
  printf 'PROFILE\theap\t%s/hand.pb.gz\n' "$PWD"
  printf 'time\t1700000000000000000\nperiod\tspace\tbytes\t524288\ndefault\tinuse_space\n'
  printf 'type\tinuse_objects\tcount\ntype\tinuse_space\tbytes\ncomment\tmade by hand\n'
  printf 'module\t10000\t90000\t0\t10000\t%s/code\tabcd\n' "$PWD"
  printf 'sample\t3,4096\t%s\n\n' "$pc"
} | "$gorace" symbolize --server >"$out" 2>"$err"
out_is ok
t pprof -top hand.pb.gz
code_is 0
out_has '^Type: inuse_space'
out_has '^File: code'
out_has '^made by hand'
out_has ' 4kB .* leaf$'
t pprof -top -sample_index=inuse_objects hand.pb.gz
out_has '^ +3 .* leaf$'
err_lacks 'symbolization failed|not available'
t pprof -list=leaf hand.pb.gz
out_has '^ROUTINE .* leaf in .*code.cc'

# By a program.
cat >hungry.cc <<'END'
#include <gorace/gorace.h>
#include <cstdlib>
#include <memory>
#include <vector>
std::vector<std::unique_ptr<char[]>> kept;
__attribute__((noinline)) void hoard() {
  for (int i = 0; i < 64; ++i) kept.push_back(std::make_unique<char[]>(1 << 20));
}
void waiter(gorace::Chan<int> never) { never.recv(); }
int main() {
  auto never = gorace::make_chan<int>(0);
  for (int i = 0; i < 5; ++i) gorace::go(waiter, never);
  while (gorace::num_goroutine() < 6) gorace::yield();
  hoard();
}
END
t gorace run --profile=goroutine,heap --profile-dir=made/here --memprofilerate=4096 hungry.cc
code_is 0
err_is ""
t pprof -top made/here/heap.pb.gz
code_is 0
out_has '^Type: inuse_space'
out_has '(6[0-9]|7[0-9])(\.[0-9]+)?MB .* hoard$'
out_lacks 'gorace::runtime|operator new'
t pprof -top made/here/goroutine.pb.gz
code_is 0
out_has '^Type: goroutine'
out_has '^ +[0-9]+ +[0-9.]+% +[0-9.]+% +5 +[0-9.]+% +waiter$'
out_has ' gorace::Chan<int>::recv'
out_lacks 'gorace::(internal|pprof)'
t pprof -tags made/here/goroutine.pb.gz
out_has 'chan receive'

finish
