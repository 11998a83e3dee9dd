// A compare-exchange that fails only reads: it does not race with plain reads.
// expect: clean
#include <atomic>
#include <thread>

int value = 1;

int main() {
  std::thread exchanging([] {
    int expected = 2;
    std::atomic_ref<int>(value).compare_exchange_strong(expected, 3);
  });
  std::thread reading([] {
    volatile int copy = value;
    (void)copy;
  });
  exchanging.join();
  reading.join();
}
