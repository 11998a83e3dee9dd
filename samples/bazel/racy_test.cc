#include <thread>

#include "counter.h"

long total = 0;

int main() {
  std::thread other([] { add_one(&total); });
  add_one(&total);
  other.join();
}
