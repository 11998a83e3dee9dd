// POSIX barriers (more rounds than one), semaphores, spin locks, clock* functions, keys, detached threads.
// expect: clean
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

pthread_barrier_t barrier;
sem_t finished;
pthread_spinlock_t spin;
pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_key_t key;
int cells[3] = {};
int counted = 0;
int under_rwlock = 0;
int under_mutex = 0;
int destroyed = 0;

timespec far_away() {
  timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += 3600;
  return deadline;
}

void* work(void* raw_id) {
  const long id = reinterpret_cast<long>(raw_id);
  pthread_setspecific(key, &cells[id]);
  for (int round = 0; round < 50; ++round) {
    const int neighbour = cells[(id + 1) % 3];
    pthread_barrier_wait(&barrier);
    cells[id] += neighbour + 1;
    pthread_barrier_wait(&barrier);
    pthread_spin_lock(&spin);
    ++counted;
    pthread_spin_unlock(&spin);
    const timespec deadline = far_away();
    if (pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &deadline) == 0) {
      ++under_rwlock;
      pthread_rwlock_unlock(&rwlock);
    }
    if (pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &deadline) == 0) {
      ++under_mutex;
      pthread_mutex_unlock(&mutex);
    }
  }
  return nullptr;
}

// Runs at the end of the thread; the join must order it.
void on_key_destroyed(void*) {
  pthread_mutex_lock(&mutex);
  ++destroyed;
  pthread_mutex_unlock(&mutex);
}

void* post(void*) {
  counted += 1000;
  sem_post(&finished);
  return nullptr;
}

int main() {
  pthread_barrier_init(&barrier, nullptr, 3);
  sem_init(&finished, 0, 0);
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_key_create(&key, on_key_destroyed);
  pthread_t threads[3];
  for (long i = 0; i < 3; ++i) pthread_create(&threads[i], nullptr, work, reinterpret_cast<void*>(i));
  for (pthread_t thread : threads) pthread_join(thread, nullptr);
  if (counted != 150 || under_rwlock != 150 || under_mutex != 150 || destroyed != 3) return 1;

  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  pthread_create(&thread, &detached, post, nullptr);
  while (sem_wait(&finished) != 0) {
  }
  pthread_barrier_destroy(&barrier);
  return counted == 1150 ? 0 : 2;
}
