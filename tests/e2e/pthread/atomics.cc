// Atomic counters, message passing by release and acquire, a release sequence through a relaxed RMW, a spin lock.
// expect: clean
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

std::atomic<int> counter{0};
std::atomic<bool> ready{false};
int message = 0;

std::atomic<int> sequence{0};
int published = 0;

std::atomic_flag spin = ATOMIC_FLAG_INIT;
int guarded = 0;

void lock_and_count() {
  for (int i = 0; i < 500; ++i) {
    while (spin.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
    ++guarded;
    spin.clear(std::memory_order_release);
    counter.fetch_add(1, std::memory_order_relaxed);
  }
}

int main() {
  std::thread sender([] {
    message = 42;
    ready.store(true, std::memory_order_release);
  });
  std::thread receiver([] {
    while (!ready.load(std::memory_order_acquire)) std::this_thread::yield();
    if (message != 42) std::abort();
  });
  std::thread head([] {
    published = 7;
    sequence.store(1, std::memory_order_release);
  });
  std::thread middle([] {
    int one = 1;
    while (!sequence.compare_exchange_weak(one, 2, std::memory_order_relaxed)) {
      one = 1;
      std::this_thread::yield();
    }
  });
  std::thread tail([] {
    while (sequence.load(std::memory_order_acquire) != 2) std::this_thread::yield();
    if (published != 7) std::abort();
  });
  std::vector<std::thread> lockers;
  for (int i = 0; i < 3; ++i) lockers.emplace_back(lock_and_count);
  for (std::thread* thread : {&sender, &receiver, &head, &middle, &tail}) thread->join();
  for (std::thread& thread : lockers) thread.join();
  return guarded == 1500 && counter == 1500 ? 0 : 1;
}
