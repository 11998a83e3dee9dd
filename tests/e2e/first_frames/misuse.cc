// Misuse of locks through the standard library's classes and by hand: five findings, one stack each that begins with the
// function that made the mistake.
#include <pthread.h>

#include <mutex>
#include <shared_mutex>

std::mutex mutex;
std::recursive_mutex recursive_mutex;
std::shared_mutex shared_mutex;
pthread_mutex_t locked = PTHREAD_MUTEX_INITIALIZER;

[[gnu::noinline]] void user_unlock_by_guard() {
  const std::lock_guard<std::mutex> guard(mutex, std::adopt_lock);
  asm volatile("");
}
[[gnu::noinline]] void user_unlock_recursive() {
  recursive_mutex.unlock();
  asm volatile("");
}
[[gnu::noinline]] void user_unlock_shared() {
  const std::shared_lock<std::shared_mutex> lock(shared_mutex, std::adopt_lock);
  asm volatile("");
}
[[gnu::noinline]] void user_destroy() {
  pthread_mutex_destroy(&locked);
  asm volatile("");
}
[[gnu::noinline]] void user_lock_destroyed() {
  pthread_mutex_lock(&locked);
  asm volatile("");
}

int main() {
  user_unlock_by_guard();
  user_unlock_recursive();
  user_unlock_shared();
  pthread_mutex_lock(&locked);
  user_destroy();
  pthread_mutex_unlock(&locked);
  pthread_mutex_destroy(&locked);
  user_lock_destroyed();
}
