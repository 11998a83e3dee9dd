// Functions of libc that are called for the first time while another thread is inside dlopen, with the loader's lock:
// no call waits for that lock. The library is a FIFO, so that dlopen stays where it is until the other end is closed.
// expect: clean
// expect-output: ^called$
#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <sys/stat.h>
#include <threads.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

int main() {
  alarm(30);  // what waits for the loader's lock waits for ever
  char folder[] = "/tmp/gorace-loading-XXXXXX";
  if (mkdtemp(folder) == nullptr) return 1;
  char path[sizeof folder + 8];
  snprintf(path, sizeof path, "%s/fifo", folder);
  if (mkfifo(path, 0600) != 0) return 1;
  std::thread loading([&] {
    if (dlopen(path, RTLD_NOW) != nullptr) abort();
  });
  int fd;
  while ((fd = open(path, O_WRONLY | O_NONBLOCK)) < 0) std::this_thread::yield();  // refused until dlopen has opened it

  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_rwlock_tryrdlock(&lock);
  pthread_rwlock_unlock(&lock);
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  sem_trywait(&semaphore);
  mtx_t mutex;
  mtx_init(&mutex, mtx_plain);
  mtx_trylock(&mutex);
  mtx_unlock(&mutex);
  if (strpbrk(path, "f") != nullptr) puts("called");

  close(fd);
  loading.join();
  unlink(path);
  rmdir(folder);
}
