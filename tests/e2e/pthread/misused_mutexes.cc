// Misuse of mutexes is reported without any race, once for each place.
// expect: finding
// needs: symbols
// expect-report: ^WARNING: MUTEX MISUSE: unlock of an unlocked mutex \(or by a wrong thread\)$
// expect-report: ^  unlock_unlocked\(\)$
// expect-report: ^  unlock_of_another_thread\(\)$
// expect-report: ^  unlock_rwlock\(\)$
// expect-report: ^WARNING: MUTEX MISUSE: destroy of a locked mutex$
// expect-report: ^  destroy_locked\(\)$
// expect-report: ^WARNING: MUTEX MISUSE: use of an invalid mutex \(e\.g\. uninitialized or destroyed\)$
// expect-report: ^  lock_destroyed\(\)$
// expect-report: ^It had locked it at:$
// expect-report: ^Found 5 other problem\(s\)$
// expect-no-report: DATA RACE
// expect-no-report: well_used
#include <pthread.h>

#include <mutex>
#include <shared_mutex>
#include <thread>

pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
[[gnu::noinline]] void unlock_unlocked() {
  pthread_mutex_unlock(&unlocked);
  asm volatile("");
}

pthread_mutex_t of_another = PTHREAD_MUTEX_INITIALIZER;
[[gnu::noinline]] void unlock_of_another_thread() {
  pthread_mutex_unlock(&of_another);
  asm volatile("");
}

pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
[[gnu::noinline]] void unlock_rwlock() {
  pthread_rwlock_unlock(&rwlock);
  asm volatile("");
}

pthread_mutex_t locked = PTHREAD_MUTEX_INITIALIZER;
[[gnu::noinline]] void destroy_locked() {
  pthread_mutex_lock(&locked);
  pthread_mutex_destroy(&locked);
  asm volatile("");
}

pthread_mutex_t destroyed = PTHREAD_MUTEX_INITIALIZER;
[[gnu::noinline]] void lock_destroyed() {
  pthread_mutex_destroy(&destroyed);
  pthread_mutex_lock(&destroyed);
  asm volatile("");
}

// Nothing to say about these.
[[gnu::noinline]] void well_used() {
  std::recursive_mutex recursive;
  const std::lock_guard first(recursive);
  const std::lock_guard second(recursive);
  std::shared_mutex shared;
  shared.lock_shared();
  shared.unlock_shared();
  shared.lock();
  shared.unlock();
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_t checked;
  pthread_mutex_init(&checked, &attributes);
  pthread_mutex_lock(&checked);
  pthread_mutex_lock(&checked);  // refused, and the program is told
  pthread_mutex_unlock(&checked);
  pthread_mutex_destroy(&checked);
}

int main() {
  well_used();
  unlock_unlocked();
  pthread_mutex_lock(&of_another);
  std::thread(unlock_of_another_thread).join();
  destroy_locked();
  lock_destroyed();
  // Last: glibc's count of readers does not survive it.
  unlock_rwlock();
}
