#!/usr/bin/env bash
# Partly instrumented programs: they work, and a report tells what of them was not compiled with gorace.
source "$(dirname "$0")/check.sh"

# A pool of one thread with a lock of its own, which only atomics make: unseen where it is not instrumented.
cat >pool.h <<'END'
#ifdef __cplusplus
extern "C" {
#endif
void pool_run(void (*job)(void));
void pool_lock(void);
void pool_unlock(void);
#ifdef __cplusplus
}
#endif
END
cat >pool.c <<'END'
#include "pool.h"
#include <pthread.h>
static int word;
void pool_lock(void) { while (__atomic_exchange_n(&word, 1, __ATOMIC_ACQUIRE)) {} }
void pool_unlock(void) { __atomic_store_n(&word, 0, __ATOMIC_RELEASE); }
static void (*volatile pool_job)(void);
static void* pool_thread(void* unused) {
  pool_job();
  return unused;
}
void pool_run(void (*job)(void)) {
  pthread_t thread;
  pool_job = job;
  pthread_create(&thread, 0, pool_thread, 0);
  job();
  pthread_join(thread, 0);
}
END
cat >main.cc <<'END'
#include "pool.h"
long value;
static void job() {
  pool_lock();
  ++value;
  pool_unlock();
}
int main() { pool_run(job); }
END
names_are() { # NAME...: in the report and in the last line
  code_is 66
  for name in "$@"; do
    err_has "^Not instrumented: (.*, )?$name(, .*)?\\.\$"
    err_has "^gorace: not instrumented: (.*, )?$name(, .*)?\\. "
  done
}
nothing_named() {
  err_lacks '[Nn]ot instrumented'
}
t gorace c++ -O1 -c main.cc -o main.o
code_is 0

# A shared library.
t "$clang" -O1 -g -fno-omit-frame-pointer -fPIC -shared pool.c -o libpool.so
t gorace c++ main.o -L. -lpool -Wl,-rpath,"$PWD" -o program
code_is 0
t gorace run ./program
names_are 'libpool\.so'
t gorace cc -O1 -fPIC -shared pool.c -o libpool.so
t gorace run ./program
code_is 0
err_is ""

# Objects and archives in the program, with and without symbols of their sources.
t "$clang" -O1 -g -fno-omit-frame-pointer -c pool.c -o pool.o
t gorace c++ main.o pool.o -o program
t gorace run ./program
names_are 'pool_run\(\) \(pool\.c\)' 'pool_thread\(\) \(pool\.c\)'
ar cr libpool.a pool.o
strip -g libpool.a
t gorace c++ -flto=thin -fuse-ld=lld -O1 main.cc libpool.a -o program
[ "$code" != 0 ] || { t gorace run ./program && names_are 'pool_run\(\)' 'pool_thread\(\)'; }
t gorace c++ -ffunction-sections -Wl,--gc-sections -O1 main.cc libpool.a -o program
t gorace run ./program
names_are 'pool_run\(\)' 'pool_thread\(\)'
t gorace cc -O1 -c pool.c -o pool.o
t gorace c++ main.o pool.o -o program
t gorace run ./program
code_is 0
err_is ""

# A program that is not instrumented itself, of which a library is.
cat >racy.c <<'END'
#include "pool.h"
static long value;
static void job(void) { ++value; }
void racy(void) { pool_run(job); }
END
t gorace cc -O1 -fPIC -shared racy.c pool.c -o libracy.so
echo 'void racy(void); int main(void) { racy(); return 0; }' >plain.c
t "$clang" -O1 -g -c plain.c -o plain.o
t gorace c++ plain.o -L. -lracy -Wl,-rpath,"$PWD" -o program
t gorace run ./program
names_are 'main\(\) \(plain\.c\)'

# On no stack, but loaded while the program runs: its name is told where the reader looks for what is wrong.
cat >late.cc <<'END'
#include <dlfcn.h>
#include <thread>
#include <cstdlib>
long value;
int main() {
  void* pool = dlopen("./libpool.so", RTLD_NOW);
  if (pool == nullptr) abort();
  auto* lock = reinterpret_cast<void (*)()>(dlsym(pool, "pool_lock"));
  auto* unlock = reinterpret_cast<void (*)()>(dlsym(pool, "pool_unlock"));
  auto job = [&] { lock(); ++value; unlock(); };
  std::thread thread(job);
  job();
  thread.join();
}
END
t "$clang" -O1 -fPIC -shared pool.c -o libpool.so
t gorace c++ -O1 late.cc -o late
t gorace run ./late
code_is 66
err_lacks '^Not instrumented'
err_has '^gorace: not instrumented: libpool\.so\. '
t gorace cc -O1 -fPIC -shared pool.c -o libpool.so
t gorace run ./late
code_is 0
err_is ""

# What a library makes, uses and ends itself is its own matter, though nothing that is seen orders it: descriptors, locks. The
# program's own are not, nor is memory.
cat >own.c <<'END'
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
static int turn;
static int descriptor;
static pthread_mutex_t* mutex;
static void hand_over(void) { __atomic_fetch_add(&turn, 1, __ATOMIC_RELEASE); }
static void wait_for(int number) { while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != number) {} }
static void fill(void* memory) {
  const int zero = open("/dev/zero", O_RDONLY);
  if (read(zero, memory, 8) != 8) abort();
  close(zero);
}
static void* first(void* memory) {
  descriptor = eventfd(0, 0);
  mutex = calloc(1, sizeof *mutex);
  pthread_mutex_lock(mutex);
  pthread_mutex_unlock(mutex);
  if (memory) fill(memory);
  hand_over();
  return 0;
}
void library_run(void* memory) {
  pthread_t thread;
  pthread_create(&thread, 0, first, memory);
  wait_for(1);
  if (memory) fill(memory);
  pthread_mutex_lock(mutex);
  pthread_mutex_unlock(mutex);
  pthread_mutex_destroy(mutex);
  free(mutex);
  close(descriptor);
  pthread_join(thread, 0);
}
END
cat >owner.cc <<'END'
#include <unistd.h>
#include <atomic>
#include <thread>
extern "C" void library_run(void*);
long value;
int main(int count, char** arguments) {
  if (count == 1) library_run(nullptr);
  if (count == 2) library_run(&value);
  if (count == 3) {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    std::atomic<bool> used{false};  // relaxed: says when, orders nothing
    std::thread thread([&] {
      while (!used.load(std::memory_order_relaxed)) std::this_thread::yield();
      close(ends[0]);
    });
    char byte = 0;
    [[maybe_unused]] auto got = write(ends[1], &byte, 1) + read(ends[0], &byte, 1);
    used.store(true, std::memory_order_relaxed);
    thread.join();
  }
}
END
t "$clang" -O1 -g -fno-omit-frame-pointer -fPIC -shared own.c -o libown.so
t gorace c++ -O1 owner.cc -L. -lown -Wl,-rpath,"$PWD" -o owner
code_is 0
t gorace run ./owner
code_is 0
err_is ""
t gorace run ./owner memory
names_are 'libown\.so'
t gorace run ./owner own descriptor
code_is 66
err_has '^File descriptor '
t gorace cc -O1 -fPIC -shared own.c -o libown.so
t gorace run ./owner
code_is 0

# Without symbols nothing of the program is named: its functions cannot be told from gorace's own.
t gorace c++ -O1 -s main.cc libpool.a -o program
GORACE_TOOL=/no/such/file t ./program
code_is 66
nothing_named

# Code of -fsanitize=thread counts as instrumented; so does what the user has excluded.
cat >both.cc <<'END'
#include <thread>
long value;
[[clang::annotate("gorace.skip")]] void excluded(void (*job)()) { job(); }
int main() {
  std::thread thread([] { ++value; });
  excluded([] { ++value; });
  thread.join();
}
END
t "$clangxx" -O1 -g -fsanitize=thread -c both.cc -o both.o
t gorace c++ -fno-sanitize-link-runtime both.o -o both
t gorace run ./both
code_is 66
nothing_named
t gorace c++ -O0 both.cc -o both
t gorace run ./both
code_is 66
nothing_named

finish
