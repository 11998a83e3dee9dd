#!/usr/bin/env bash
# The built-in models, on Debian's packages as they are: libraries that synchronise where the detector cannot see it.
# Qt, GLib and Boost are used where they are installed (qtbase5-dev, qt6-base-dev, libglib2.0-dev, libboost-thread-dev).
#   libraries.sh GORACE PROBE LIBRARY     LIBRARY: Qt5 Qt6 glib boost
source "$(dirname "$0")/check.sh"
library=$3

skip() {
  echo "skipped: $1"
  exit 77
}
# orders CASE...: no report, whatever the schedule. races CASE...: models do not hide what nothing orders.
orders() {
  for name in "$@"; do
    t gorace run ./uses "$name"
    code_is 0
    err_is ""
  done
}
races() {
  for name in "$@"; do
    t gorace run ./uses "$name"
    code_is 66
    err_has "$name\\("
    err_has '^Global var (.*::)?value '
  done
}

case $library in
  Qt5 | Qt6)
    pkg-config --exists "${library}Core" || skip "no ${library}Core"
    # shellcheck disable=SC2046
    t gorace c++ -std=c++17 -O1 -fPIC "$sources/libraries/qt.cc" $(pkg-config --cflags --libs "${library}Core") -o uses
    code_is 0
    orders locked tried recursed read_or_written semaphored waited waited_with_rwlock joined
    races half_locked written_by_readers
    ;;
  glib)
    pkg-config --exists glib-2.0 || skip "no glib-2.0"
    # shellcheck disable=SC2046
    t gorace cc -O1 "$sources/libraries/glib.c" $(pkg-config --cflags --libs glib-2.0) -o uses
    code_is 0
    orders locked by_macro by_locker tried recursed read_or_written waited once_init queued joined by_bit by_atomics
    races half_locked written_by_readers
    ;;
  boost)
    echo '#include <boost/thread.hpp>' | "$clangxx" -E -x c++ - >/dev/null 2>&1 || skip "no boost/thread.hpp"
    t gorace c++ -O1 "$sources/libraries/boost.cc" -lboost_thread -lboost_chrono -o uses
    code_is 0
    orders locked recursed timed read_or_written upgraded waited once met latched promised queued
    races half_locked
    ;;
esac
finish
