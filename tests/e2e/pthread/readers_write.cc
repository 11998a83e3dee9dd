// Two threads write under read locks, which do not order readers.
// expect: race
// expect-report: ^Previous (write|read) at
#include <shared_mutex>
#include <thread>

std::shared_mutex mutex;
int value = 0;

void write_as_reader() {
  const std::shared_lock lock(mutex);
  ++value;
}

int main() {
  std::thread one(write_as_reader);
  std::thread other(write_as_reader);
  one.join();
  other.join();
}
