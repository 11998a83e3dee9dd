// Message passing by relaxed operations and fences: the release fence, the acquire fence, both.
// expect: clean
#include <atomic>
#include <thread>

struct Box {
  std::atomic<int> flag{0};
  int message = 0;
};
Box both;
Box release_only;
Box acquire_only;

void await(const std::atomic<int>& flag, std::memory_order order) {
  while (flag.load(order) == 0) std::this_thread::yield();
}

int main() {
  std::thread sender([] {
    both.message = 1;
    std::atomic_thread_fence(std::memory_order_release);
    both.flag.store(1, std::memory_order_relaxed);

    release_only.message = 1;
    std::atomic_thread_fence(std::memory_order_release);
    release_only.flag.fetch_add(1, std::memory_order_relaxed);

    acquire_only.message = 1;
    acquire_only.flag.store(1, std::memory_order_release);
  });
  std::thread receiver([] {
    await(both.flag, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    ++both.message;
    await(release_only.flag, std::memory_order_acquire);
    ++release_only.message;
    await(acquire_only.flag, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    ++acquire_only.message;
  });
  sender.join();
  receiver.join();
}
