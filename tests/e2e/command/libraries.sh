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

    # Tasks, futures, events and signals. moc is where its qmake says.
    pkg-config --exists "${library}Concurrent" || finish
    moc=
    for folder in "$(pkg-config --variable=libexecdir "${library}Core")" "$(pkg-config --variable=host_bins "${library}Core")"; do
      [ -z "$folder" ] || [ ! -x "$folder/moc" ] || moc=$folder/moc
    done
    [ -n "$moc" ] || finish
    "$moc" -o qt_tasks.moc "$sources/libraries/qt_tasks.cc"
    # shellcheck disable=SC2046
    t gorace c++ -std=c++17 -O1 -fPIC -I. "$sources/libraries/qt_tasks.cc" \
      $(pkg-config --cflags --libs "${library}Core" "${library}Concurrent") -o uses
    code_is 0
    orders pooled pooled_functions pool_ended concurrently mapped posted invoked signalled answered watched
    echo 'race:QtConcurrent::ReduceKernel*::shouldThrottle' >known
    t gorace run --suppressions=known ./uses reduced
    code_is 0
    for name in pool_races function_races future_races call_races signal_races; do
      t gorace run ./uses $name
      code_is 66
      err_has '^Global var (.*::)?places '
    done
    ;;
  glib)
    pkg-config --exists glib-2.0 || skip "no glib-2.0"
    # shellcheck disable=SC2046
    t gorace cc -O1 "$sources/libraries/glib.c" $(pkg-config --cflags --libs glib-2.0) -o uses
    code_is 0
    orders locked by_macro by_locker tried recursed read_or_written waited once_init once queued joined by_bit by_atomics \
      pooled idled
    races half_locked written_by_readers once_races pool_races idle_races
    pkg-config --exists gio-2.0 || finish
    # shellcheck disable=SC2046
    t gorace cc -O1 "$sources/libraries/gio.c" $(pkg-config --cflags --libs gio-2.0) -o uses
    code_is 0
    orders tasks
    races task_races
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
