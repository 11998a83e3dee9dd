// std::call_once, function-local statics, and of each one that throws the first time.
// runs: 20
// expect: clean
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

struct Table {
  std::vector<int> values;
  Table() : values(100, 1) {}
};

const Table& table() {
  static const Table instance;
  return instance;
}

int attempts = 0;
struct Unlucky {
  int value = 5;
  Unlucky() {
    if (++attempts == 1) throw std::runtime_error("first attempt");
  }
};

const Unlucky& unlucky() {
  static const Unlucky instance;
  return instance;
}

std::once_flag unlucky_once;
int once_attempts = 0;
void fail_once() {
  if (++once_attempts == 1) throw std::runtime_error("first call");
}

std::once_flag once;
int initialised = 0;

void use() {
  std::call_once(once, [] { initialised = 1; });
  int sum = initialised;
  for (int value : table().values) sum += value;
  try {
    sum += unlucky().value;
  } catch (const std::runtime_error&) {
    sum += unlucky().value;
  }
  try {
    std::call_once(unlucky_once, fail_once);
  } catch (const std::runtime_error&) {
    std::call_once(unlucky_once, fail_once);
  }
  if (once_attempts != 2) throw std::logic_error("wrong number of attempts");
  if (sum != 106) throw std::logic_error("wrong sum");
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(use);
  for (std::thread& thread : threads) thread.join();
}
