// A lock that another thread has given back is not named among those that the first one holds.
// expect: race
// needs: symbols
// options: report_mutex_bugs=0 detect_deadlocks=1
// expect-report: ^Mutex M1 \(0x[0-9a-f]+, kept\) held by thread 2, locked at:$
// expect-report: ^Mutex M1 \(0x[0-9a-f]+, taken_again\) held by thread 2, locked at:$
// expect-no-report: given_back
#include <pthread.h>

#include <atomic>
#include <thread>

pthread_mutex_t given_back = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t taken_again = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t kept = PTHREAD_MUTEX_INITIALIZER;
int under_kept;
int under_taken_again;

// One after the other in time, without any edge that the detector could see: relaxed counters order nothing.
std::atomic<int> turn{0};
void wait_for(int wanted) {
  while (turn.load(std::memory_order_relaxed) != wanted) std::this_thread::yield();
}

int main() {
  std::thread first([] {
    pthread_mutex_lock(&given_back);
    pthread_mutex_lock(&taken_again);
    pthread_mutex_lock(&kept);
    turn.store(1, std::memory_order_relaxed);
    wait_for(2);
    under_kept = 1;
    pthread_mutex_unlock(&kept);
    pthread_mutex_lock(&taken_again);
    under_taken_again = 1;
    turn.store(3, std::memory_order_relaxed);
    pthread_mutex_unlock(&taken_again);
  });
  std::thread second([] {
    wait_for(1);
    pthread_mutex_unlock(&given_back);
    pthread_mutex_unlock(&taken_again);
    turn.store(2, std::memory_order_relaxed);
    wait_for(3);
    under_kept = 2;
    under_taken_again = 2;
  });
  first.join();
  second.join();
}
