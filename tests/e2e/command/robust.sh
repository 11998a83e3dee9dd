#!/usr/bin/env bash
# Programs and systems that make it hard: races are found all the same, or one sentence says what is needed.
source "$(dirname "$0")/check.sh"
unset TSAN_OPTIONS

# race_found PROGRAM...: the race in it is reported with its line.
race_found() {
  t "$@"
  code_is 66
  err_has '^WARNING: DATA RACE$'
  err_has '^Found 1 data race\(s\)$'
}

cat >race.cc <<'END'
#include <cstdio>
#include <thread>
int shared;
void bump() { shared = shared + 1; }
int main() {
  std::thread first(bump), second(bump);
  first.join();
  second.join();
  puts("done");
}
END
t gorace c++ -g -O1 race.cc -o race
code_is 0
race_found gorace run ./race
out_is 'done'
# Without address randomisation, where the system lets us.
if setarch -R true 2>/dev/null; then race_found setarch -R "$gorace" run ./race; fi

# The old order of mappings, upwards from where the shadow must be: asked for, or because the stack has no limit. The
# program is executed again, once, and finds everything as it was.
cat >layout.cc <<'END'
#include <pthread.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
int shared;
int main(int, char** arguments) {
  rlimit stack;
  getrlimit(RLIMIT_STACK, &stack);
  pthread_attr_t attributes;
  size_t thread_stack = 0;
  pthread_getattr_default_np(&attributes);
  pthread_attr_getstacksize(&attributes, &thread_stack);
  char name[32] = {};
  fgets(name, sizeof name, fopen("/proc/self/comm", "r"));
  int of_gorace = 0;
  for (char** variable = environ; *variable != nullptr; ++variable) of_gorace += strstr(*variable, "AGAIN") != nullptr;
  printf("%s %s %s %d %x %ld %zu\n", arguments[1], strtok(name, "\n"), getenv("KEPT"), of_gorace,
         personality(0xffffffff), static_cast<long>(stack.rlim_cur), thread_stack >> 10);
  fflush(stdout);
  std::thread first([] { shared = 1; }), second([] { shared = 2; });
  first.join();
  second.join();
}
END
t gorace c++ -g -O1 -Wno-unused-result layout.cc -o layout
code_is 0
export KEPT="a b"
if (ulimit -S -s unlimited) 2>/dev/null; then
  race_found bash -c 'ulimit -S -s unlimited && exec "$0" run ./layout x' "$gorace"
  out_is 'x layout a b 0 0 -1 2048'
fi
if setarch -L true 2>/dev/null; then
  race_found bash -c 'ulimit -S -s 4096 && exec setarch -L "$0" run ./layout x' "$gorace"
  out_is 'x layout a b 0 200000 4194304 4096'
  race_found bash -c 'ulimit -S -s 4096 && exec setarch -R -L "$0" run ./layout x' "$gorace"
  out_is 'x layout a b 0 240000 4194304 4096'
fi
# A variable of that name which is none of gorace's.
race_found env GORACE_RAN_AGAIN=zz "$gorace" run ./race

# In a container whose seccomp filter refuses personality(), as Docker's does.
cat >refuse_personality.c <<'END'
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int count, char** arguments) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_personality, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (count < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 || personality(0xffffffff) != -1)
    return 77;
  execv(arguments[1], arguments + 1);
  return 1;
}
END
"$clangxx" -x c refuse_personality.c -o refuse_personality
refused=0
./refuse_personality /bin/true || refused=$?
if [ $refused -ne 77 ]; then
  race_found ./refuse_personality "$gorace" run ./race
  # There the limit alone is changed for the start; where that is not the reason, it is said what is.
  if (ulimit -S -s unlimited) 2>/dev/null; then
    race_found bash -c 'ulimit -S -s unlimited && exec ./refuse_personality "$0" run ./race' "$gorace"
  fi
  if setarch -L true 2>/dev/null; then
    t bash -c 'ulimit -S -s 4096 && exec setarch -L ./refuse_personality ./race'
    code_is 2
    out_is ""
    err_is "gorace: the program's address layout collides with the race detector's shadow memory, and the system forbids to switch address randomisation off (personality); run it with: setarch -R"
  fi
fi

# A limit on address space: said before anything runs.
t bash -c 'ulimit -v 4000000 && exec ./race'
code_is 2
out_is ""
err_is "gorace: cannot reserve 32768 GiB of address space for shadow memory: the limit on virtual memory is 3906 MiB; lift it with: ulimit -v unlimited"
t bash -c 'ulimit -d 100000 && exec ./race'
code_is 2
out_is ""
err_is "gorace: cannot reserve 32768 GiB of address space for shadow memory: the limit on data is 97 MiB; lift it with: ulimit -d unlimited"

# vm.overcommit_memory=2, under which the kernel refuses the reservation, here by a filter; the setting is another
# file's in a mount namespace of its own, where the system lets us.
cat >refuse_space.c <<'END'
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int count, char** arguments) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]) + 4),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 16, 0, 1),  // from 64 GiB on
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOMEM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (count < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return 77;
  execv(arguments[1], arguments + 1);
  return 1;
}
END
"$clangxx" -x c refuse_space.c -o refuse_space
echo 2 >two
refused=0
./refuse_space /bin/true || refused=$?
if [ $refused -ne 77 ] && unshare -rm mount --bind two /proc/sys/vm/overcommit_memory 2>/dev/null; then
  t unshare -rm sh -c 'mount --bind two /proc/sys/vm/overcommit_memory && exec ./refuse_space ./race'
  code_is 2
  out_is ""
  err_is "gorace: cannot reserve 32768 GiB of address space for shadow memory: vm.overcommit_memory is 2, which counts reserved address space as memory; set it to 0 or 1"
fi

# Static programs cannot be watched.
t gorace c++ -static-pie race.cc -o static
code_is 2
err_has 'a static executable cannot be checked for races'

# The racing code in a shared library, linked and loaded by hand.
cat >library.cc <<'END'
int in_library;
extern "C" void bump() { in_library = in_library + 1; }
END
cat >user.cc <<'END'
#include <dlfcn.h>
#include <thread>
#ifdef LINKED
extern "C" void bump();
#endif
int main() {
#ifndef LINKED
  auto* bump = reinterpret_cast<void (*)()>(dlsym(dlopen("./library.so", RTLD_NOW), "bump"));
#endif
  std::thread first(bump), second(bump);
  first.join();
  second.join();
}
END
t gorace c++ -g -O1 -fPIC -shared library.cc -o library.so
code_is 0
t gorace c++ -g -O1 -DLINKED user.cc ./library.so -o linked
race_found gorace run ./linked
err_has 'library.cc:2 '
t gorace c++ -g -O1 user.cc -o loaded
race_found gorace run ./loaded
err_has 'library.cc:2 '

# Every descriptor closed: nobody can be told on stderr, but the exit code and a log tell.
cat >closes.cc <<'END'
#include <sys/syscall.h>
#include <unistd.h>
#include <thread>
int shared;
int main() {
#ifdef AT_ONCE
  if (syscall(SYS_close_range, 0u, ~0u, 0u) != 0)
#endif
  for (int fd = 0; fd < 1024; ++fd) close(fd);
  std::thread first([] { shared = 1; }), second([] { shared = 2; });
  first.join();
  second.join();
}
END
for how in ONE_BY_ONE AT_ONCE; do
  t gorace c++ -g -O1 -D$how closes.cc -o closes
  code_is 0
  t gorace run ./closes
  code_is 66
  t gorace run --log=closed_$how ./closes
  code_is 66
  check grep -q 'closes.cc:10 ' closed_$how.*
done

# A malloc of the program's own.
cat >own_malloc.cc <<'END'
#include <atomic>
#include <cstddef>
#include <cstring>
#include <thread>
alignas(16) static char heap[16 << 20];
static std::atomic<size_t> used{0};
static std::atomic<int> calls{0};
extern "C" {
void* malloc(size_t bytes) {
  calls.fetch_add(1, std::memory_order_relaxed);
  bytes = (bytes + 15) & ~size_t{15};
  char* block = heap + used.fetch_add(bytes + 16, std::memory_order_relaxed);
  memcpy(block, &bytes, sizeof bytes);
  return block + 16;
}
void free(void*) {}
void* calloc(size_t count, size_t bytes) { return memset(malloc(count * bytes), 0, count * bytes); }
void* realloc(void* old, size_t bytes) {
  void* block = malloc(bytes);
  size_t old_bytes = 0;
  if (old != nullptr) memcpy(&old_bytes, static_cast<char*>(old) - 16, sizeof old_bytes);
  return memcpy(block, old, old_bytes < bytes ? old_bytes : bytes);
}
}
int main() {
  int* block = new int(1);
  std::thread first([=] { *block = 2; }), second([=] { *block = 3; });
  first.join();
  second.join();
  return calls.load() > 0 ? 0 : 1;
}
END
t gorace c++ -g -O1 -Wno-nonnull own_malloc.cc -o own_malloc
code_is 0
race_found gorace run ./own_malloc

# A million frames deep, compiled by gorace and by -fsanitize=thread.
cat >deep.cc <<'END'
#include <pthread.h>
int shared;
[[gnu::noinline]] long deep(long levels) {
  if (levels == 0) {
    shared = shared + 1;
    return 0;
  }
  const long below = deep(levels - 1);
  asm volatile("" ::: "memory");
  return below + 1;
}
void* run(void*) {
  if (deep(1'000'000) != 1'000'000) __builtin_trap();
  return nullptr;
}
int main() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, size_t{1} << 30);
  pthread_t one, two;
  pthread_create(&one, &attributes, run, nullptr);
  pthread_create(&two, &attributes, run, nullptr);
  pthread_join(one, nullptr);
  pthread_join(two, nullptr);
}
END
t gorace c++ -g -O1 deep.cc -o deep
race_found gorace run ./deep
err_has 'deep.cc:5 '
err_has '^  run\(\)$'
t "${GORACE_CXX:-$clangxx}" -g -O1 -fsanitize=thread -c deep.cc -o deep.o
t gorace c++ deep.o -o deep_objects
race_found gorace run ./deep_objects
err_has 'deep.cc:5 '

# Blocks that malloc refuses are refused as ever.
cat >refused.cc <<'END'
#include <cstdlib>
#include <new>
int main() {
  volatile size_t too_much = size_t{1} << 62;
  void* volatile refused = malloc(too_much);
  if (refused != nullptr) return 1;
  try {
    refused = operator new(too_much);
    return 2;
  } catch (const std::bad_alloc&) {
  }
  void* block = malloc(100);
  refused = realloc(block, too_much);
  if (refused != nullptr) return 3;
  free(block);
}
END
t gorace c++ -g -O1 refused.cc -o refused
t gorace run ./refused
code_is 0
err_is ""
finish
