#!/usr/bin/env bash
# Checks in windows of time: `gorace c++ --sample=RATE` and `gorace run --sample=RATE`.
source "$(dirname "$0")/check.sh"

coverage='^gorace: sampled [0-9]+\.[0-9]{3} % of the time \([0-9]+ windows, [0-9]+\.[0-9]{3} s of [0-9]+\.[0-9]{3} s\): accesses were checked in [0-9]+ of [0-9]+ functions; outside of the windows no race was looked for$'

# A race that goes on until it is found: the process ends at its first report.
cat >hot.cc <<'END'
#include <pthread.h>
#include <unistd.h>
long shared;
__attribute__((noinline)) void bump() { shared = shared + 1; }
void* work(void*) {
  for (;;) bump();
}
int main() {
  alarm(60);  // never found: death by SIGALRM
  pthread_t one, two;
  pthread_create(&one, nullptr, work, nullptr);
  pthread_create(&two, nullptr, work, nullptr);
  pthread_join(one, nullptr);
}
END
for level in -O0 -O2; do
  t gorace c++ --sample=5% $level hot.cc -o hot
  code_is 0
  t gorace run --halt-on-error ./hot
  code_is 66
  err_has '^WARNING: DATA RACE'
  err_has 'bump\(\)'
  err_has 'hot\.cc:4 '
  err_has 'work\(\)'
  err_has "$coverage"
done

# A clean program under windows that open and close all the time: two threads hand data over by each means, much of it outside of windows,
# and reuse memory. Nothing is reported.
cat >clean.cc <<'END'
#include <pthread.h>
#include <cstdlib>
#include <cstring>
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
long guarded, handed;
long turn;
void* work(void* who) {
  const long me = reinterpret_cast<long>(who);
  for (int i = 0; i < 40000; ++i) {
    pthread_mutex_lock(&mutex);
    ++guarded;
    pthread_mutex_unlock(&mutex);
    char* block = static_cast<char*>(malloc(32));
    memset(block, i, 32);
    for (int k = 0; k < 32; ++k) block[k] += 1;
    free(block);
    if (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) == me) {
      ++handed;
      __atomic_store_n(&turn, 1 - me, __ATOMIC_RELEASE);
    }
  }
  return nullptr;
}
int main() {
  pthread_t threads[2];
  for (int round = 0; round < 3; ++round) {
    for (long i = 0; i < 2; ++i) pthread_create(&threads[i], nullptr, work, reinterpret_cast<void*>(i));
    for (pthread_t thread : threads) pthread_join(thread, nullptr);
  }
}
END
for level in -O0 -O2; do
  t gorace c++ --sample=50% $level clean.cc -o clean
  code_is 0
  t ./clean
  code_is 0
  err_has "$coverage"
  check [ "$(wc -l <"$err")" = 1 ]
done

# A run's own rate: all of the time finds what happens once; none finds nothing, and says so.
cat >once.cc <<'END'
#include <pthread.h>
long shared;
void* work(void*) { shared = 1; return nullptr; }
int main() {
  pthread_t thread;
  pthread_create(&thread, nullptr, work, nullptr);
  shared = 2;
  pthread_join(thread, nullptr);
}
END
t gorace c++ --sample=0.1% -O1 once.cc -o once
t gorace run --sample=100% ./once
code_is 66
err_has '^Found 1 data race'
err_has '^gorace: sampled (100\.000|99\.[0-9]{3}) % of the time \(1 windows'
GORACE=sample_ppm=0 t ./once
code_is 0
err_has 'sampled 0\.000 % of the time \(0 windows, .* checked in 0 of 2 functions'
t gorace run --sample=100% -O0 once.cc
code_is 66
err_has '^Found 1 data race'

# A shared library that is loaded and gone again counts; so does a child.
cat >library.cc <<'END'
extern "C" void touch(long* p) { *p += 1; }
END
cat >host.cc <<'END'
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>
long shared;
int main() {
  void* library = dlopen("./library.so", RTLD_NOW);
  reinterpret_cast<void (*)(long*)>(dlsym(library, "touch"))(&shared);
  dlclose(library);
  int status = 0;
  if (fork() == 0) return 7;
  wait(&status);
  return WEXITSTATUS(status) == 7 ? 0 : 1;
}
END
t gorace c++ --sample=100% -O1 -fPIC -shared library.cc -o library.so
code_is 0
t gorace c++ --sample=100% -O1 host.cc -o host
code_is 0
t ./host
code_is 0
check [ "$(grep -Ec -- "$coverage" "$err")" = 2 ]
err_has 'checked in [12] of [23] functions'

# Misuse.
t gorace c++ --sample=1 once.cc
code_is 2
err_is "gorace c++: flag --sample: it is a share of the time such as 1% or 0.1%, at least 0.0001%, not '1'"
t gorace c++ --sample once.cc
code_is 2
err_is "gorace c++: flag --sample needs its value with it: --sample=RATE"
t gorace run --sample=0% ./once
code_is 2
t gorace c++ -O1 once.cc -o always
t gorace run --sample=1% ./always
code_is 66
err_has '^gorace: everything was checked: no part of this program was compiled with `gorace c\+\+ --sample=RATE`$'

finish
