// A write after the release fence is not published by the store that the fence precedes.
// expect: race
// expect-report: ^Found 1 data race\(s\)$
#include <atomic>
#include <thread>

std::atomic<int> flag{0};
int before = 0;
int after = 0;

int main() {
  std::thread sender([] {
    before = 1;
    std::atomic_thread_fence(std::memory_order_release);
    after = 1;
    flag.store(1, std::memory_order_relaxed);
  });
  std::thread receiver([] {
    while (flag.load(std::memory_order_relaxed) == 0) std::this_thread::yield();
    std::atomic_thread_fence(std::memory_order_acquire);
    before = 2;
    after = 2;
  });
  sender.join();
  receiver.join();
}
