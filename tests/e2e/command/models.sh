#!/usr/bin/env bash
# Synchronisation inside libraries that are not instrumented: Debian's Abseil as it is, and models of one's own.
source "$(dirname "$0")/check.sh"

absl=(-labsl_synchronization -labsl_graphcycles_internal -labsl_time -labsl_base -labsl_spinlock_wait
  -labsl_raw_logging_internal)

cat >absl.cc <<'END'
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>
#include "absl/base/call_once.h"
#include "absl/synchronization/barrier.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

absl::Mutex mutex;
absl::CondVar changed;
long shared_value = 0;
bool ready = false;

void run(int threads, void (*body)(int)) {
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) all.emplace_back(body, i);
  for (auto& thread : all) thread.join();
}
void locked(int) {
  for (int i = 0; i < 200; ++i) {
    absl::MutexLock lock(&mutex);
    ++shared_value;
  }
}
void tried(int) {
  for (int done = 0; done < 50;) {
    if (!mutex.TryLock()) continue;
    ++shared_value;
    mutex.Unlock();
    ++done;
  }
}
void read_or_written(int number) {
  for (int i = 0; i < 100; ++i) {
    if (number == 0) {
      absl::WriterMutexLock lock(&mutex);
      ++shared_value;
    } else {
      absl::ReaderMutexLock lock(&mutex);
      if (shared_value < 0) puts("?");
    }
  }
}
bool is_turn(int* number) { return shared_value % 4 == *number; }
void condition(int number) {
  for (int i = 0; i < 25; ++i) {
    mutex.LockWhen(absl::Condition(is_turn, &number));
    ++shared_value;
    mutex.Unlock();
  }
}
bool is_ready() { return ready; }
void awaited(int number) {
  absl::MutexLock lock(&mutex);
  ++shared_value;
  if (number == 0) ready = true;
  mutex.Await(absl::Condition(+[](bool* flag) { return *flag && is_ready(); }, &ready));
  ++shared_value;
}
void signalled(int number) {
  absl::MutexLock lock(&mutex);
  if (number == 0) {
    ready = true;
    changed.SignalAll();
  }
  while (!ready) changed.Wait(&mutex);
  ++shared_value;
}
absl::Notification notification;
void notified(int number) {
  if (number == 0) {
    shared_value = 1;
    notification.Notify();
  } else if (number == 1) {
    notification.WaitForNotification();
    if (shared_value != 1) puts("?");
  } else if (number == 2) {
    while (!notification.WaitForNotificationWithTimeout(absl::Milliseconds(1))) {}
    if (shared_value != 1) puts("?");
  } else {
    while (!notification.HasBeenNotified()) {}
    if (shared_value != 1) puts("?");
  }
}
absl::once_flag once;
void called_once(int) {
  absl::call_once(once, [] {
    for (int i = 0; i < 1000; ++i) ++shared_value;
  });
  if (shared_value != 1000) puts("?");
}
absl::BlockingCounter counter(4);
int parts[4];
void counted(int number) {
  parts[number] = number;
  if (number != 0) {
    counter.DecrementCount();
    return;
  }
  counter.DecrementCount();
  counter.Wait();
  for (int& part : parts) shared_value += part;
}
absl::Barrier barrier(4);
void met(int number) {
  parts[number] = number;
  barrier.Block();
  if (parts[(number + 1) % 4] != (number + 1) % 4) puts("?");
}
void half_locked(int number) {
  if (number == 0) {
    ++shared_value;
    return;
  }
  absl::MutexLock lock(&mutex);
  ++shared_value;
}
void written_by_readers(int) {
  absl::ReaderMutexLock lock(&mutex);
  shared_value = shared_value + 1;
}
int main(int, char** arguments) {
  struct { const char* name; void (*body)(int); } const all[] = {
      {"locked", locked}, {"tried", tried}, {"read_or_written", read_or_written}, {"condition", condition},
      {"awaited", awaited}, {"signalled", signalled}, {"notified", notified}, {"called_once", called_once},
      {"counted", counted}, {"met", met}, {"half_locked", half_locked}, {"written_by_readers", written_by_readers}};
  for (const auto& each : all) {
    if (strcmp(each.name, arguments[1]) == 0) run(4, each.body);
  }
}
END
for level in -O0 -O2; do
  t gorace c++ -std=c++20 -g $level absl.cc "${absl[@]}" -o absl
  code_is 0
  for name in locked tried read_or_written condition awaited signalled notified called_once counted met; do
    t ./absl $name
    code_is 0
    out_is "" && err_is ""
  done
  t gorace run ./absl half_locked
  code_is 66
  err_has '^WARNING: DATA RACE$'
  err_has 'half_locked\('
  t ./absl written_by_readers
  code_is 66
done

# A library of one's own: a lock that the detector cannot see into, since it is compiled without it.
cat >gate.h <<'END'
namespace team {
class Gate {
 public:
  void enter(int priority);
  bool try_enter();
  void leave() noexcept(false);
 private:
  int word_ = 0;
};
}
END
cat >gate.cc <<'END'
#include "gate.h"
namespace team {
void Gate::enter(int) { while (!try_enter()) {} }
bool Gate::try_enter() { return __atomic_exchange_n(&word_, 1, __ATOMIC_ACQUIRE) == 0; }
void Gate::leave() noexcept(false) { __atomic_store_n(&word_, 0, __ATOMIC_RELEASE); }
}
END
cat >user.cc <<'END'
#include <thread>
#include "gate.h"
team::Gate gate;
long value;
void work() {
  for (int i = 0; i < 1000; ++i) {
    if (i % 2 == 0) {
      gate.enter(i);
    } else if (!gate.try_enter()) {
      continue;
    }
    ++value;
    try { gate.leave(); } catch (int) { value = 0; }
  }
}
int main() {
  std::thread first(work), second(work);
  first.join();
  second.join();
}
END
t "$clangxx" -O2 -c gate.cc
code_is 0
t gorace c++ -g -O1 user.cc gate.o -o user
code_is 0
t ./user
code_is 66 # as it must be while nothing is known of gates

cat >gate.models <<'END'
# gates
team::Gate::enter(int) = lock this
team::**::try_enter    = lock this if true   # try
team::Gate::leave      = unlock this
END
t gorace c++ --model=gate.models -g -O1 user.cc gate.o -o user
code_is 0
t ./user
code_is 0
err_is ""
GORACE_MODELS=gate.models t gorace c++ -g -O1 user.cc gate.o -o user
code_is 0
t ./user
code_is 0
t "$clangxx" -fplugin="$plug" -fpass-plugin="$plug" -mllvm -gorace-model=gate.models -g -O1 -c user.cc -o user.o
code_is 0
t gorace c++ user.o gate.o -o user
t ./user
code_is 0

# Other parameters are another function; a later line counts.
sed -i 's/(int)/(long)/' gate.models
t gorace c++ --model=gate.models -g -O1 user.cc gate.o -o user
t ./user
code_is 66
echo 'team::Gate::enter = lock this' >>gate.models
t gorace c++ --model=gate.models -g -O1 user.cc gate.o -o user
t ./user
code_is 0

# What is wrong is named, by file and line.
refused() {
  printf '\n%s\n' "$1" >wrong.models
  t gorace c++ --model=wrong.models -c user.cc -o wrong.o
  code_is 1
  err_has "error: gorace: model file .*wrong.models, line 2: $2"
  err_lacks 'PLEASE submit a bug report'
}
refused 'team::Gate::enter' 'expected FUNCTION = ACTION, ...'
refused 'team::Gate::enter = lok this' "unknown action 'lok'"
refused 'team::Gate::enter = lock' "'lock' needs its object"
refused 'team::Gate::enter = lock that' "'that' is no object"
refused 'team::Gate::enter = lock argx' "'argx' is no object"
refused 'team::Gate::enter = lock this+x' "'x' is no number of bytes"
refused 'team::Gate::enter = lock this when true' "'when true' is no condition"
refused 'team::Gate::leave = unlock this if true' 'this action comes before the call'
refused ' = lock this' 'expected FUNCTION'
refused 'f = lock this,' 'an action is missing'
refused 'f = lock [this' "'\[this' lacks its \]"
refused 'f = lock @' "'@' is no name"
refused 'f = lock @a-b' "'@a-b' is no name"
refused 'f = lock function' "'function' is the object of callbacks only"
refused 'f = acquire this if arg is 3' "'if arg is 3' is no condition"
refused 'f = acquire this if arg1 is many' "'if arg1 is many' is no condition"
refused 'f = task @x' 'a task is an argument'
refused 'f = task arg0 then @x' "'then @x': after a task's object stand only after @NAME and before @NAME"
refused 'f = task arg0 after' "'after': after a task's object"
refused 'callback f = lock arg0' "'lock' is no action of a callback"
refused 'callback f = quiet' "'quiet' is no action of a callback"
refused 'callback f = release arg0 if true' "a callback's result is not known"
refused 'callback second of f = acquire arg0' "'second' is no argument: write callback argN of FUNCTION"
refused 'override C::f(int) = acquire this' 'a function that is overridden is named without its parameters'
printf 'team::Gate::enter = lock arg1\n' >wrong.models
t gorace c++ --model=wrong.models -c -g user.cc -o wrong.o
code_is 1
err_has "wrong.models, line 1: '_ZN4team4Gate5enterEi' has not the argument"
t gorace c++ --model=none.models -c user.cc
code_is 2
err_is "gorace c++: model file none.models: No such file or directory"
t gorace c++ --model -c user.cc
code_is 2

finish
