// A relaxed store by another thread ends the release sequence: the acquire load that reads it synchronises with nobody.
// expect: race
#include <atomic>
#include <thread>

std::atomic<int> flag{0};
int message = 0;

int main() {
  std::thread sender([] {
    message = 42;
    flag.store(1, std::memory_order_release);
  });
  std::thread meddler([] {
    while (flag.load(std::memory_order_relaxed) != 1) std::this_thread::yield();
    flag.store(2, std::memory_order_relaxed);
  });
  std::thread receiver([] {
    while (flag.load(std::memory_order_relaxed) != 2) std::this_thread::yield();
    if (flag.load(std::memory_order_acquire) != 2) return;
    volatile int copy = message;
    (void)copy;
  });
  sender.join();
  meddler.join();
  receiver.join();
}
