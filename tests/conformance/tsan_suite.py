"""Runs ThreadSanitizer's lit tests with gorace: see tsan_suite.sh for its usage.

A test's RUN lines are executed by bash as they stand, after lit's substitutions with these meanings:

  %clang_tsan, %clangxx_tsan   gorace cc / gorace c++ with the flags that lit.cfg.py gives, without -fsanitize=thread
  %deflake CMD                 CMD up to 10 times, until its exit code is not 0; fails when it never is
  %run                         nothing; %s, %t, %os as in lit
  %env_tsan_opts=X             env TSAN_OPTIONS=atexit_sleep_ms=0:X
  FileCheck                    LLVM's, on a copy of the test and of gorace's output:

Output: gorace's reports are rewritten into ThreadSanitizer's words, headed by `WARNING: ThreadSanitizer: KIND`,
and `ThreadSanitizer: reported N warnings` comes at the end. A race with an earlier freeing is ThreadSanitizer's heap-use-after-free, one on
a vtable pointer its `data race on vptr`. All else stays as it is.

CHECK lines: what is a matter of the report's layout (frames, sizes, thread numbers, SUMMARY) is left out; what kinds of
reports come, which must not come, in which order with what the program prints, stays. So a verdict is: every command
ends as the test wants, and so do the CHECK lines that are left.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SELF = os.path.realpath(__file__)
TEST_TIMEOUT_SECONDS = 120

# Tests that only ThreadSanitizer can run. The first pattern that matches the file's name or its text tells why.
SKIPPED_NAMES = [
    (r"^(Darwin|libdispatch)/", "another platform: Darwin, libdispatch"),
    (r"^Unit/", "unit tests of ThreadSanitizer's runtime"),
    (r"^bench_", "a benchmark, without a verdict"),
    (r"^java", "ThreadSanitizer's interface for Java machines"),
    (r"^(flush_memory|force_background_thread|print_full_thread_history)", "ThreadSanitizer's own memory and threads"),
    (r"^stack_sync_reuse", "asks for silence on a race, as its comment says: ThreadSanitizer sees an edge that is none"),
    (r"^Linux/mutex_robust2", "asks for a false report, as its comment says"),
    (r"^deadlock_detector_stress", "asks for silence on an inversion whose first half ThreadSanitizer has forgotten (its Test4)"),
    (r"^mutex_cycle_long", "asks for silence on a cycle of 30 locks, which gorace reports"),
    (r"^fork_multithreaded\.", "asks for the end of a child that starts threads, which gorace watches"),
    (r"^race_on_barrier2", "asks for a report on the destruction of a barrier by one that has left it, which POSIX allows"),
    (r"^must_deadlock", "expected to fail with ThreadSanitizer too (XFAIL: *)"),
    (r"^debug_locate|^Linux/check_memcpy", "asks about ThreadSanitizer's own code"),
    (r"^ignore_lib", "is about calls from libraries that are not instrumented, which gorace does not check"),
    (r"^Linux/(user_malloc|user_fopen|check_preinit)|^on_initialize|^cxa_guard", "overrides or calls functions of ThreadSanitizer's own runtime"),
]
SKIPPED_TEXTS = [
    (r"__tsan_get_report_|__tsan_get_current_report|__tsan_on_report|__tsan_get_alloc_stack|__tsan_locate_address",
     "ThreadSanitizer's interface for debuggers: a report as an object"),
    (r"__tsan_external_", "ThreadSanitizer's interface for external objects"),
    (r"-mllvm -tsan-|-fno-sanitize-thread|-fsanitize-ignorelist", "options of clang's ThreadSanitizer pass"),
    (r"__tsan_(read|write)_range_pc|__tsan_(read|write)\d_pc|__tsan_testonly_shadow_stack",
     "calls the runtime of ThreadSanitizer by hand"),
    (r"__sanitizer_syscall_|syscall\.h|linux_syscall_hooks", "announces system calls by hand to ThreadSanitizer's runtime"),
]
FEATURES = {"linux", "x86_64-target-arch", "stable-runtime", "shared_unwind", "glibc-2.30", "glibc", "shell", "cxxabi"}

THEMES = [
    (r"mutexset|held", "locks in reports"),
    (r"^mutex_cycle|deadlock|double_lock", "deadlocks"),
    (r"^mutex|cond|barrier|rwlock|mutex|sem_", "mutexes and conditions"),
    (r"^signal|sigsuspend", "signals"),
    (r"^fd_|epoll|pipe|socket|getline|race_on_(read|write|puts|fputs)|printf|user_fopen", "files and stdio"),
    (r"annotat|benign|ignore|suppress|ignorelist|race_top", "annotations and suppressions"),
    (r"^custom_mutex", "annotations and suppressions"),
    (r"fork|clone|setns|vfork|syscall", "fork and clone"),
    (r"thread_|lots_of_threads|pthread_key", "threads: leaks, names, exit"),
    (r"mmap|malloc|map32|munmap|free|heap|large", "memory"),
    (r"^fiber", "fibers"),
    (r"atomic|compare_exchange|fence|volatile", "atomics"),
    (r"static_init|cxa_guard|once", "static initialisation"),
    (r"atexit|on_exit|initialize_finalize|halt_on_error|default_options", "exit and options"),
    (r"vptr|virtual", "virtual tables"),
    (r"longjmp|exception", "longjmp and exceptions"),
    (r"dl_|dlclose|dlopen|dtls|tls|load_shared|pie|preinit", "loading and thread-local storage"),
    (r"", "plain races"),
]


def theme_of(name):
    base = os.path.basename(name)
    return next(theme for pattern, theme in THEMES if re.search(pattern, base))


# ---- gorace's output in ThreadSanitizer's words ---------------------------------------------------------------------

RULE = "=================="

# Headlines of gorace that ThreadSanitizer words in another way.
KINDS = [
    ("POTENTIAL DEADLOCK", "lock-order-inversion (potential deadlock)"),
    ("THREAD LEAK", "thread leak"),
    ("SIGNAL-UNSAFE CALL", "signal-unsafe call inside of a signal"),
    ("ERRNO CHANGED", "signal handler spoils errno"),
    ("IGNORES LEFT ON", "finished with ignores enabled"),
]


def kind_of(report):
    """ThreadSanitizer's name of the kind of a report, given its lines."""
    head = report[0].removeprefix("WARNING: ")
    if head != "DATA RACE":
        return next((theirs for ours, theirs in KINDS if head.startswith(ours)), head.removeprefix("MUTEX MISUSE: "))
    freed_before = any(line.startswith("Previous") and "(free)" in line for line in report)
    if any("(vtable pointer)" in line for line in report):
        return "heap-use-after-free (virtual call vs free)" if freed_before else (
            "data race on vptr (ctor/dtor vs virtual call)")
    return "heap-use-after-free" if freed_before else "data race"


def translated(output):
    lines = output.split("\n")
    result, warnings, i = [], 0, 0
    while i < len(lines):
        if lines[i].endswith(RULE) and i + 1 < len(lines) and lines[i + 1].startswith("WARNING: "):
            end = next((j for j in range(i + 2, len(lines)) if lines[j] == RULE), len(lines))
            warnings += 1
            if ignoring := re.match(r"Accesses of (main thread|thread (\d+))", lines[i + 2]):
                who = f"thread T{int(ignoring[2]) - 1} " if ignoring[2] else ignoring[1]
                result.append(f"ThreadSanitizer: {who} finished with ignores enabled, created at:")
            result.append("WARNING: ThreadSanitizer: " + kind_of(lines[i + 1:end]) + " (pid=1)")
            result += ["    " + line for line in lines[i + 2:end]]
            i = end + 1
        elif re.match(r"Found \d+ (data race|other problem)\(s\)", lines[i]):
            i += 1
        elif lines[i] == "gorace: suppressions that matched:":
            matched = [line for line in lines[i + 1:] if re.match(r"  \d+ \w+:", line)]
            result.append(f"ThreadSanitizer: Matched {len(matched)} suppressions (pid=1):")
            i += 1
        else:
            result.append(lines[i].replace("gorace: ", "ThreadSanitizer: "))
            i += 1
    if warnings:
        result.append(f"ThreadSanitizer: reported {warnings} warnings")
    return "\n".join(result)


# ---- the CHECK lines that concern verdicts --------------------------------------------------------------------------

LAYOUT = re.compile(
    r"^\s*(#\d|#\{\{|\{\{#|(\{\{.*\}\})?(Atomic |Previous )?([Ww]rite|[Rr]ead)( of size|$)|Previous|Location is|Mutex|Thread T|"
    r"Thread \[\[|pthread_|second_deadlock|SUMMARY|As if sync|and:|Signal \d|And \d+ more|Cycle in|Ignore was|acquired here|previously acquired|"
    r"\(mutexes|LockTest::|main |\{\{\.\*\}\}(main|Func|__tsan|pthread)|Thread\d*\b.*\.cpp|0x|\[failed|File|created|"
    r"==================|Expecting|\{\{\(|.*finished\) created|    )|.*(SUMMARY|\{\{\.\*\}\}\.cpp)")


def filtered_checks(text, prefixes):
    """The test's text with layout's CHECK lines blanked; None when none that must match is left."""
    directive = re.compile(r"^(.*?)\b(" + "|".join(map(re.escape, prefixes)) + r")(-NOT|-NEXT|-SAME|-DAG|-EMPTY|-LABEL)?:(.*)$")
    defined, result, dropped_before, kept = set(), [], False, 0
    for line in text.split("\n"):
        match = directive.match(line)
        if match is None or "RUN:" in line:
            result.append(line if match is None and "RUN:" not in line else "")
            continue
        before, prefix, suffix, pattern = match.group(1), match.group(2), match.group(3) or "", match.group(4)
        uses = set(re.findall(r"\[\[(\w+)\]\]", pattern))
        if LAYOUT.match(pattern) or uses - defined:
            result.append("")
            dropped_before = True
            continue
        defined |= set(re.findall(r"\[\[(\w+):", pattern))
        if dropped_before and suffix in ("-NEXT", "-SAME"):
            suffix = ""
        dropped_before = False
        kept += 1
        result.append(f"// {prefix}{suffix}:{pattern}")
    return "\n".join(result) if kept else None


def file_check(arguments):
    """FileCheck as the RUN lines call it."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("check_file")
    parser.add_argument("--check-prefix", "-check-prefix", action="append", default=[])
    parser.add_argument("--check-prefixes", "-check-prefixes", action="append", default=[])
    parser.add_argument("--implicit-check-not", action="append", default=[])
    parser.add_argument("--input-file")
    parser.add_argument("--allow-empty", action="store_true")
    options = parser.parse_args(arguments)
    source = options.input_file
    raw = open(source, errors="replace").read() if source else sys.stdin.buffer.read().decode(errors="replace")
    output = translated(raw)
    prefixes = options.check_prefix + [p for several in options.check_prefixes for p in several.split(",")] or ["CHECK"]
    checks = filtered_checks(open(options.check_file).read(), prefixes)
    for unwanted in options.implicit_check_not:
        if unwanted in output:
            sys.exit(f"{unwanted} was printed:\n{output}")
    if checks is None:
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        with open(f"{scratch}/checks", "w") as file:
            file.write(checks)
        command = [os.environ["SUITE_FILECHECK"], f"{scratch}/checks", "--check-prefixes=" + ",".join(prefixes),
                   "--allow-empty", "--allow-unused-prefixes"]
        done = subprocess.run(command, input=output, text=True, capture_output=True)
    if done.returncode:
        print(output, done.stderr[-3000:], sep="\n", file=sys.stderr)
    return done.returncode


# ---- one test -------------------------------------------------------------------------------------------------------

PROLOGUE = """
set -o pipefail
# env before a function: its assignments, then the function with them.
env() {
  local name
  while [[ ${1:-} == *=* ]]; do
    export "$1"
    shift
  done
  "$@"
}
not() { ! "$@"; }
deflake() {
  local i out
  for i in 1 2 3 4 5 6 7 8 9 10; do
    out=$("$@" 2>&1) || { printf '%s\\n' "$out"; return 0; }
  done
  printf 'deflake: the exit code was 0 ten times\\n%s\\n' "$out" >&2
  return 1
}
FileCheck() { python3 "$SUITE_SELF" --file-check "$@"; }
set -e
"""


def run_lines(text):
    lines, continued = [], ""
    for match in re.finditer(r"RUN:[ \t]*(.*)$", text, re.M):
        line = continued + match.group(1).rstrip()
        if line.endswith("\\"):
            continued = line[:-1] + " "
            continue
        lines.append(line)
        continued = ""
    return lines


def compiler(mode, language):
    flags = "-Wall -gline-tables-only -Wno-deprecated-declarations -I$SUITE_SHIM -I$SUITE_DIR/.."
    if mode == "objects":
        return f"compile_objects {language} {flags}"
    return f"\"$SUITE_GORACE\" {language} {flags}"


# Objects first, by clang alone; then gorace links them.
COMPILE_OBJECTS = """
compile_objects() {
  local language=$1 clang=clang-19 compile=() link=() out= sources=() only_compile= plain= argument
  [ "$language" = cc ] || clang=clang++-19
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      -o) out=$2; shift ;;
      -c) only_compile=1 ;;
      -fno-sanitize=thread) plain=1 ;;
      *.c|*.cpp) sources+=("$1") ;;
      *.o|*.so|-l*|-L*|-shared|-Wl,*|-pie|-rdynamic|-ldl) link+=("$1") ;;
      *) compile+=("$1"); [ "$1" = -fPIC ] && link+=("$1") ;;
    esac
    shift
  done
  [ -n "$plain" ] || compile+=(-fsanitize=thread)
  [ -z "$only_compile" ] || { "$clang" "${compile[@]}" -fPIC -c "${sources[@]}" -o "$out"; return; }
  local objects=() n=0
  for argument in "${sources[@]}"; do
    n=$((n + 1))
    "$clang" "${compile[@]}" -fPIC -c "$argument" -o "$out.$n.obj.o" || return
    objects+=("$out.$n.obj.o")
  done
  "$SUITE_GORACE" "$language" "${objects[@]}" "${link[@]}" -o "$out"
}
"""


def substituted(line, source, target, mode):
    cxx = compiler(mode, "c++") + " -std=c++11 -I$SUITE_DIR"
    for name, value in [
        ("%clangxx_tsan", cxx), ("%clang_tsan", compiler(mode, "cc") + " -I$SUITE_DIR"),
        ("%env_tsan_opts=", "env TSAN_OPTIONS=atexit_sleep_ms=0:"), ("%deflake", "deflake"), ("%run ", ""),
        ("%darwin_min_target_with_tls_support", ""), ("%link_libcxx_tsan", ""), ("CHECK-%os", "CHECK-Linux"),
        ("%os", "Linux"), ("%ld_flags_rpath_so", ""),
        ("%ld_flags_rpath_exe", "-Wl,-rpath," + os.path.dirname(target) + " -L" + os.path.dirname(target)), ("%s", shlex.quote(source)), ("%t", shlex.quote(target)), ("%T", os.path.dirname(target)),
    ]:
        line = line.replace(name, value)
    return line


def reason_to_skip(name, text):
    for pattern, reason in SKIPPED_NAMES:
        if re.search(pattern, name):
            return reason
    for pattern, reason in SKIPPED_TEXTS:
        if re.search(pattern, text):
            return reason
    for required in re.findall(r"REQUIRES:(.*)", text):
        for alternatives in required.split(","):
            if not FEATURES & set(alternatives.replace("||", " ").split()):
                return "not for this system: REQUIRES:" + required
    return None


def run_test(name, options):
    """(name, 'right' | 'wrong' | 'skipped', detail)"""
    source = os.path.join(options.dir, name)
    text = open(source, errors="replace").read()
    reason = reason_to_skip(name, text)
    if reason:
        return name, "skipped", reason
    with tempfile.TemporaryDirectory(prefix="tsan_suite.") as scratch:
        target = f"{scratch}/{os.path.basename(name)}.tmp"
        lines = [substituted(line, source, target, options.mode) for line in run_lines(text)]
        script = f"{scratch}/script.sh"
        with open(script, "w") as file:
            # Each in a shell of its own: the environment of one is not the next one's.
            file.write(PROLOGUE + COMPILE_OBJECTS + "\n".join(f"( {line} )" for line in lines) + "\n")
        environment = dict(os.environ, TSAN_OPTIONS="atexit_sleep_ms=0")
        environment.pop("GORACE", None)
        environment.setdefault("GORACE_TOOL", os.environ["SUITE_GORACE"])
        process = subprocess.Popen(["bash", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, env=environment, cwd=scratch, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=TEST_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            output, _ = process.communicate()
            return name, "wrong", f"no end after {TEST_TIMEOUT_SECONDS} s\n" + output.decode(errors="replace")
    return name, "right" if process.returncode == 0 else "wrong", output.decode(errors="replace")


# ---- the suite ------------------------------------------------------------------------------------------------------

PRINT_ADDRESS = """#include <stdarg.h>
#include <stdio.h>
static inline void print_address(const char *format, int n, ...) {
  fprintf(stderr, "%s", format);
  va_list list;
  va_start(list, n);
  while (n--) fprintf(stderr, "0x%012lx ", (unsigned long)va_arg(list, void *));
  fprintf(stderr, "\\n");
  va_end(list);
}
"""
UCONTEXT = "#include <ucontext.h>\n#include <stdint.h>\n"


def tests_in(directory):
    for folder in ["", "Linux", "libcxx", "Darwin", "libdispatch"]:
        path = os.path.join(directory, folder)
        if not os.path.isdir(path):
            continue
        for file in sorted(os.listdir(path)):
            if re.search(r"\.(c|cpp|mm|m)$", file):
                yield os.path.join(folder, file)


def print_results(results):
    verdicts = collections.defaultdict(collections.Counter)
    skipped = collections.defaultdict(list)
    for name, verdict, detail in results:
        if verdict == "skipped":
            skipped[detail].append(name)
        else:
            verdicts[theme_of(name)][verdict] += 1
    for theme in sorted(verdicts):
        print(f"  {theme:34} {verdicts[theme]['right']:3} right {verdicts[theme]['wrong']:3} wrong")
    for name, verdict, _ in results:
        if verdict == "wrong":
            print(f"  WRONG: {name}")
    for reason in sorted(skipped):
        print(f"  skipped, {len(skipped[reason])}: {reason}: {' '.join(skipped[reason])}")
    right = sum(counter["right"] for counter in verdicts.values())
    total = right + sum(counter["wrong"] for counter in verdicts.values())
    print(f"Passed {right} of {total}, {sum(map(len, skipped.values()))} skipped")
    return right == total and total > 0


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--file-check":
        sys.exit(file_check(sys.argv[2:]))
    parser = argparse.ArgumentParser(prog="tsan_suite.sh", description="ThreadSanitizer's tests with gorace")
    parser.add_argument("dir", metavar="DIR", help="compiler-rt/test/tsan")
    parser.add_argument("-f", metavar="REGEX", default=".", help="only tests whose name matches")
    parser.add_argument("-j", metavar="JOBS", type=int, default=2)
    parser.add_argument("-m", dest="mode", choices=["plugin", "objects"], default="plugin")
    parser.add_argument("-v", dest="verbose", action="store_true", help="show what the wrong ones printed")
    options = parser.parse_args()
    options.dir = os.path.realpath(options.dir)
    names = [name for name in tests_in(options.dir) if re.search(options.f, name)]
    if not os.path.exists(os.path.join(options.dir, "tiny_race.c")) or not names:
        parser.error(f"{options.dir} has no tests that match: give the directory compiler-rt/test/tsan")
    gorace = shutil.which(os.environ.get("GORACE_COMMAND", "gorace"))
    if gorace is None:
        parser.error("the gorace command is not found: set GORACE_COMMAND")
    with tempfile.TemporaryDirectory(prefix="tsan_suite.") as shim:
        os.mkdir(f"{shim}/sanitizer_common")
        for file, text in [("print_address.h", PRINT_ADDRESS), ("sanitizer_ucontext.h", UCONTEXT)]:
            with open(f"{shim}/sanitizer_common/{file}", "w") as out:
                out.write(text)
        os.environ.update(SUITE_SELF=SELF, SUITE_DIR=options.dir, SUITE_SHIM=shim,
                          SUITE_GORACE=gorace,
                          SUITE_FILECHECK=os.environ.get("FILECHECK", "FileCheck-19"))
        with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
            results = []
            for result in pool.map(lambda name: run_test(name, options), names):
                results.append(result)
                if result[1] == "wrong" and options.verbose:
                    print(f"WRONG: {result[0]}", *("    | " + line for line in result[2][-4000:].split("\n")), sep="\n", flush=True)
    sys.exit(0 if print_results(results) else 1)


if __name__ == "__main__":
    main()
