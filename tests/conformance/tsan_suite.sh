#!/usr/bin/env bash
# Runs ThreadSanitizer's own tests, unchanged, with gorace and prints which verdicts are right, by theme.
# usage: tsan_suite.sh [-f REGEX] [-j JOBS] [-m plugin|objects] [-v] DIR
#
#   DIR         compiler-rt/test/tsan of LLVM's sources (Debian: apt-get source llvm-toolchain-19)
#   -m plugin   compile with gorace's plugin (default); -m objects: with clang's -fsanitize=thread, linked with gorace
#   GORACE_COMMAND   the gorace command; default: gorace of PATH
#
# How a test is read is told in tsan_suite.py. Exit code 1 when a verdict is wrong.
exec python3 "$(dirname "$(readlink -f "$0")")/tsan_suite.py" "$@"
