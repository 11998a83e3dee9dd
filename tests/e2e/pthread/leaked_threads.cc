// Threads that have ended and that nobody joined or detached, by the place that made them.
// expect: finding
// needs: symbols
// expect-report: ^WARNING: THREAD LEAK: a thread has ended that was neither joined nor detached$
// expect-report: ^Not joined: thread [0-9]+, created at:$
// expect-report: ^  leaks\(\)$
// expect-report: ^And 2 more of the same\.$
// expect-report: ^Found 1 other problem\(s\)$
#include <pthread.h>

void* work(void*) { return nullptr; }

[[gnu::noinline]] void leaks() {
  pthread_t thread;
  pthread_create(&thread, nullptr, work, nullptr);
  asm volatile("");
}

int main() {
  int count = 3;
  asm volatile("" : "+r"(count));  // one place: not unrolled
  for (int i = 0; i < count; ++i) leaks();
  pthread_t detached;
  pthread_create(&detached, nullptr, work, nullptr);
  pthread_detach(detached);
  pthread_t joined;
  pthread_create(&joined, nullptr, work, nullptr);
  pthread_join(joined, nullptr);
  pthread_exit(nullptr);  // the process ends with its last thread
}
