#include <mutex>
#include <thread>

#include "counter.h"

long total = 0;
std::mutex mutex;

void work() {
  std::lock_guard<std::mutex> lock(mutex);
  add_one(&total);
}

int main() {
  std::thread other(work);
  work();
  other.join();
  return total == 2 ? 0 : 1;
}
