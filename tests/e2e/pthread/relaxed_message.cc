// Message passing by relaxed operations orders nothing.
// expect: race
// expect-report: ^(Previous write|Write|Read|Previous read) at
#include <atomic>
#include <thread>

std::atomic<bool> ready{false};
int message = 0;

int main() {
  std::thread sender([] {
    message = 42;
    ready.store(true, std::memory_order_relaxed);
  });
  std::thread receiver([] {
    while (!ready.load(std::memory_order_relaxed)) std::this_thread::yield();
    volatile int copy = message;
    (void)copy;
  });
  sender.join();
  receiver.join();
}
