// C++20: latch, barrier, counting_semaphore, atomic wait and notify, jthread with a stop token.
// expect: clean
#include <atomic>
#include <barrier>
#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

constexpr int kThreads = 3;
int cells[kThreads] = {};
std::latch ready(kThreads);
std::barrier rounds(kThreads);
std::binary_semaphore baton(1);
int carried = 0;

void work(int id) {
  cells[id] = 1;
  ready.arrive_and_wait();
  for (int round = 0; round < 20; ++round) {
    const int left = cells[(id + 1) % kThreads];
    rounds.arrive_and_wait();
    cells[id] += left;
    rounds.arrive_and_wait();
    baton.acquire();
    ++carried;
    baton.release();
  }
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  if (carried != 20 * kThreads) return 1;

  std::atomic<int> flag{0};
  int message = 0;
  std::jthread sender([&] {
    message = 9;
    flag.store(1);
    flag.notify_one();
  });
  flag.wait(0);
  if (message != 9) return 2;

  int laps = 0;
  {
    std::jthread runner([&laps](std::stop_token stop) {
      do {
        ++laps;
        std::this_thread::yield();
      } while (!stop.stop_requested());
    });
  }
  return laps > 0 ? 0 : 3;
}
