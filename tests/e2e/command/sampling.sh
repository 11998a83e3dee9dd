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

# Code that goes from one copy of a region to the other and back computes what it would without either: calls, exceptions, nested loops, switches,
# library calls and values that live across them, with windows of microseconds. The same function that is not instrumented tells what is right.
cat >copies.cc <<'END'
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>
struct State { std::vector<long> values; std::string text; long calls = 0; };
__attribute__((noinline)) long step(State& s, long x) {
  ++s.calls;
  if (x % 7 == 3) throw std::runtime_error("three");
  return x * 3 + s.calls % 5;
}
#define BODY(NAME, ATTRIBUTES)                                              \
  ATTRIBUTES long NAME(State& s, long rounds) {                             \
    long sum = 0, last = 1;                                                 \
    for (long i = 0; i < rounds; ++i) {                                     \
      for (size_t k = 1; k < s.values.size(); ++k) {                        \
        s.values[k] += s.values[k - 1] ^ i;                                 \
        sum ^= s.values[k];                                                 \
      }                                                                     \
      try {                                                                 \
        last = step(s, sum & 1023) + last % 11;                             \
        sum += last;                                                        \
      } catch (const std::runtime_error& error) {                           \
        sum += static_cast<long>(strlen(error.what())) + last;              \
        s.values[0] = sum;                                                  \
      }                                                                     \
      switch (sum & 3) {                                                    \
        case 0: s.text[i % 8] = static_cast<char>('a' + (sum & 15)); break; \
        case 1: s.text.push_back('x'); s.text.erase(0, 1); break;           \
        case 2: sum += memcmp(s.text.data(), "aaaaaaaa", 8) < 0; break;     \
        default: last += s.text[3];                                         \
      }                                                                     \
    }                                                                       \
    return sum * 31 + last;                                                 \
  }
BODY(watched, __attribute__((noinline)))
BODY(plain, __attribute__((noinline, no_sanitize("thread"))))
int main() {
  State one{{1, 2, 3, 4, 5, 6, 7, 8, 9}, "abcdefgh", 0};
  State two = one;
  for (int i = 0; i < 300; ++i) {
    if (watched(one, 100) == plain(two, 100) && one.values == two.values && one.text == two.text) continue;
    fprintf(stderr, "they differ in round %d\n", i);
    return 1;
  }
}
END
for level in -O1 -O2 -O3; do
  t gorace c++ --sample=50% $level copies.cc -o copies
  code_is 0
  for window in 1 20 300; do
    GORACE=sample_window_us=$window t ./copies
    code_is 0
    err_has "$coverage"
  done
done

# A race behind a call, in a copy that begins there: neither access is the first of its function.
cat >behind.cc <<'END'
#include <pthread.h>
#include <unistd.h>
long shared, other[2];
__attribute__((noinline)) void pause_now() { asm volatile(""); }
__attribute__((noinline)) void bump(long me) {
  other[me] = other[me] + 1;
  pause_now();
  other[me] += shared;
  shared = other[me];
}
void* work(void* me) {
  for (;;) bump(reinterpret_cast<long>(me));
}
int main() {
  alarm(60);  // never found: death by SIGALRM
  pthread_t one, two;
  pthread_create(&one, nullptr, work, nullptr);
  pthread_create(&two, nullptr, work, reinterpret_cast<void*>(1));
  pthread_join(one, nullptr);
}
END
t gorace c++ --sample=5% -O2 behind.cc -o behind
code_is 0
t gorace run --halt-on-error ./behind
code_is 66
err_has '^WARNING: DATA RACE'
err_has 'behind\.cc:(8|9) '

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
