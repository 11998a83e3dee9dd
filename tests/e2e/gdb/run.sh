#!/usr/bin/env bash
# usage: run.sh GDB SCRIPT PROGRAM: looks at the goroutines of PROGRAM while it lives, then in its core file.
set -u
gdb=$1 script=$2 program=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# has WHAT PATTERN: the output of the session WHAT has a line like PATTERN.
has() {
  grep -Eq -- "$2" "$scratch/$1" && return
  echo "$1: no line like: $2" >&2
  failed=1
}
has_not() {
  grep -Eq -- "$2" "$scratch/$1" || return 0
  echo "$1: a line like: $2" >&2
  failed=1
}

questions=(
  -ex 'info goroutines'
  -ex 'echo == one\n' -ex 'goroutine 1 bt'
  -ex 'echo == all\n' -ex 'goroutine all bt'
  -ex 'echo == values\n' -ex 'print g_numbers' -ex 'print g_nil' -ex 'print g_mutex' -ex 'print g_group'
  -ex 'print g_read' -ex 'print g_written' -ex 'print g_wanted' -ex 'print g_cond' -ex 'print g_semaphore'
  -ex 'echo == mistakes\n' -ex 'goroutine 999 bt' -ex 'goroutine x'
  -ex 'echo == after\n' -ex 'bt 1'
)

answers() {
  has "$1" '^ +1  running +thread [0-9]+'
  has "$1" '^ +[0-9]+  chan receive +"receiver" in receive_number.* .*program\.cc:[0-9]+; created by goroutine 1 in main.* .*program\.cc:[0-9]+'
  has "$1" '^ +[0-9]+  sync\.Mutex\.Lock +in take_mutex'
  has "$1" '^ +[0-9]+  sync\.WaitGroup\.Wait '
  has "$1" '^goroutine [0-9]+ \[chan receive\] "receiver":'
  has "$1" '^#[0-9]+ .*receive_number \(parameter=.*\) at .*program\.cc:[0-9]+'
  has "$1" '^#[0-9]+ .*take_mutex \(\) at .*program\.cc:[0-9]+'
  has "$1" '^#[0-9]+ .*gorace_start_stack'
  has_not "$1" 'corrupt stack|Backtrace stopped'
  has "$1" '^\$1 = chan at 0x[0-9a-f]+, 0 of 3 buffered, 1 receiving'
  has "$1" '^\$2 = nil chan'
  has "$1" '^\$3 = locked, 1 waiting'
  has "$1" '^\$4 = counter 1, 1 waiting'
  has "$1" '^\$5 = 2 reading$'
  has "$1" '^\$6 = locked, 1 waiting for writing, 1 waiting for reading$'
  has "$1" '^\$7 = 1 reading, 1 waiting for writing$'
  has "$1" '^\$8 = 1 waiting$'
  has "$1" '^\$9 = 3 of 5 held, 2 waiting$'
  has "$1" 'no goroutine has the id 999'
  has "$1" 'usage: goroutine ID\|all'
  sed -n '/^== one/,/^== all/p' "$scratch/$1" | grep -q 'stop_here' || { echo "$1: goroutine 1 is not in stop_here" >&2; failed=1; }
  sed -n '/^== after/,$p' "$scratch/$1" | grep -Eq '^#0 .*stop_here' || { echo "$1: the thread's own stack is gone" >&2; failed=1; }
}

quiet=(-nx -batch -ex 'set debuginfod enabled off' -ex 'set width 0' -ex 'set print thread-events off')
GOMAXPROCS=2 "$gdb" "${quiet[@]}" -x "$script" -ex 'break stop_here' -ex run "${questions[@]}" \
  -ex 'break went_on' -ex continue -ex kill "$program" >"$scratch/live" 2>&1
if grep -q 'ptrace: Operation not permitted\|Could not trace the inferior' "$scratch/live"; then
  echo "this machine does not let gdb trace a process"
  exit 77
fi
answers live
# After the looking, the program goes on. Not to its end: gdb 13 stumbles over threads that die while it resumes them.
has live 'hit Breakpoint 2, .*went_on'

# A core file of the kernel's; gdb's own generate-core-file leaves out what lies beside a guard page. It is here only when the
# kernel writes core files to where the process is.
program=$(readlink -f "$program")
(cd "$scratch" && ulimit -c unlimited && GOMAXPROCS=2 exec "$program" die) 2>/dev/null
core=$(find "$scratch" -name 'core*' -print -quit)
touch "$scratch/dead"
if [ -n "$core" ]; then
  "$gdb" "${quiet[@]}" -x "$script" "$program" "$core" "${questions[@]}" >"$scratch/dead" 2>&1
  answers dead
else
  echo "no core file was written ($(cat /proc/sys/kernel/core_pattern)): looked at the live process only"
fi

[ "$failed" -eq 0 ] || { cat "$scratch/live" "$scratch/dead" >&2; exit 1; }
