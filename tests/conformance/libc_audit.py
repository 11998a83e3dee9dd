#!/usr/bin/env python3
"""Which functions of the C library gorace does not know.

usage: libc_audit.py ARCHIVE...      the archives of a build: lib/libgorace_race.a lib/libgorace_detector.a

Lists what libc and libm export, and their headers declare, with a pointer among the parameters, and takes away what the
archives define (interceptors, and the __gorace_<name> that the pass calls). What remains must stand in
libc_functions.txt, which says for each why it is left. Exit code 1 when something is in neither, or when a line of that
file names a function that gorace knows by now.

Not a test of the gate: the answer depends on the version of libc.
"""
import pathlib
import re
import subprocess
import sys

LIBRARIES = ["libc.so.6", "libm.so.6"]
HEADERS = """
aio argz arpa/inet complex ctype dirent dlfcn envz err error execinfo fcntl fenv fmtmsg fnmatch fstab ftw getopt glob
grp iconv ifaddrs inttypes langinfo libgen libintl link locale malloc math mcheck mntent monetary mqueue net/if netdb
netinet/ether nl_types obstack poll printf pthread pty pwd regex resolv sched search semaphore setjmp shadow signal
spawn stdio stdio_ext stdlib string strings sys/epoll sys/eventfd sys/fanotify sys/file sys/inotify sys/ipc sys/mman
sys/mount sys/msg sys/random sys/resource sys/select sys/sem sys/sendfile sys/shm sys/signalfd sys/socket sys/stat
sys/statfs sys/statvfs sys/sysinfo sys/time sys/timerfd sys/times sys/timex sys/uio sys/utsname sys/wait sys/xattr
syslog termios threads time uchar ucontext unistd utime utmpx wait wchar wctype wordexp argp
""".split()


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False).stdout


def library_path(name):
    return run("clang-19", f"-print-file-name={name}").strip()


def exported():
    names = set()
    for library in LIBRARIES:
        for line in run("nm", "-D", "--defined-only", library_path(library)).splitlines():
            kind, name = line.split()[-2:]
            if kind in "TWi":
                names.add(name.split("@")[0])
    return names


def declared_with_pointers():
    """Names of the functions that the headers declare, with a pointer among the parameters."""
    source = "#define _GNU_SOURCE\n" + "".join(f"#include <{header}.h>\n" for header in HEADERS)
    dump = run("clang-19", "-x", "c", "-fsyntax-only", "-Xclang", "-ast-dump", "-fno-color-diagnostics", "-", text=source)
    names = set()
    for name, kind in re.findall(r"FunctionDecl .*? ([A-Za-z_]\w*) '([^']*)'", dump):
        parameters = kind[kind.index("(") :] if "(" in kind else ""
        if "*" in parameters or "va_list" in parameters or "[" in parameters:
            names.add(name)
    return names


def known(archives):
    names = set()
    for line in run("nm", "--defined-only", *archives).splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[1] in "TWV":
            names.add(fields[2].removeprefix("__gorace_"))
    return names


def classes():
    """(reason, pattern) of each word of libc_functions.txt: 'reason: word word', further lines of words indented."""
    reason = None
    for line in pathlib.Path(__file__).with_name("libc_functions.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            reason, _, line = line.partition(":")
        for word in line.split():
            yield reason, word, re.compile(word + r"\Z")


def main():
    archives = sys.argv[1:]
    if not archives or any(not pathlib.Path(archive).is_file() for archive in archives):
        sys.exit(__doc__)
    mine = known(archives)
    candidates = exported() & declared_with_pointers()
    if not candidates or not mine:
        sys.exit("libc_audit.py: nothing found: are clang-19, nm and libc's headers installed?")
    left = candidates - mine
    counts, covered, wrong = {}, set(), 0
    for reason, word, pattern in classes():
        found = {name for name in left if pattern.match(name)}
        counts[reason] = counts.get(reason, 0) + len(found - covered)
        covered |= found
        if word.isidentifier() and word in mine:
            print(f"known by now: {word} ({reason})")
            wrong += 1
    print(f"{len(candidates - left):5} known to gorace")
    for reason, count in counts.items():
        print(f"{count:5} {reason}")
    for name in sorted(left - covered):
        print(f"in no class: {name}")
    return 1 if wrong or left - covered else 0


sys.exit(main())
