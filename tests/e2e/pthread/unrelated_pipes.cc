// Traffic on one pipe orders nothing for those who use another.
// expect: race
#include <unistd.h>

#include <atomic>
#include <thread>

int value = 0;
std::atomic<bool> written{false};

int main() {
  int one[2];
  int other[2];
  if (pipe(one) != 0 || pipe(other) != 0 || write(other[1], "y", 1) != 1) return 1;
  std::thread writer([&] {
    value = 1;
    if (write(one[1], "x", 1) != 1) _exit(9);
    written.store(true, std::memory_order_relaxed);
  });
  std::thread reader([&] {
    while (!written.load(std::memory_order_relaxed)) std::this_thread::yield();
    char byte;
    if (read(other[0], &byte, 1) != 1) _exit(9);
    value = 2;
  });
  writer.join();
  reader.join();
}
