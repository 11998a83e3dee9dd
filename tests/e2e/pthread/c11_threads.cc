// C11 threads, mutexes, condition variables and call_once.
// expect: clean
#include <threads.h>

mtx_t mutex;
cnd_t changed;
once_flag once = ONCE_FLAG_INIT;
int turn = 0;
int prepared = 0;

void prepare() { prepared = 1; }

int play(void* raw_me) {
  const int me = static_cast<int>(reinterpret_cast<long>(raw_me));
  call_once(&once, prepare);
  for (int i = 0; i < 100; ++i) {
    mtx_lock(&mutex);
    while (turn % 2 != me) cnd_wait(&changed, &mutex);
    turn += prepared;
    cnd_signal(&changed);
    mtx_unlock(&mutex);
  }
  return 10 + me;
}

int main() {
  mtx_init(&mutex, mtx_plain);
  cnd_init(&changed);
  thrd_t players[2];
  for (long i = 0; i < 2; ++i) {
    if (thrd_create(&players[i], play, reinterpret_cast<void*>(i)) != thrd_success) return 1;
  }
  int results[2] = {};
  for (int i = 0; i < 2; ++i) thrd_join(players[i], &results[i]);
  mtx_destroy(&mutex);
  cnd_destroy(&changed);
  return turn == 200 && results[0] == 10 && results[1] == 11 ? 0 : 2;
}
