// A static destructor takes mutexes in many orders and frees others that had been, after the detector's own static
// objects would have ended: the graph of lock orders must still be there.
// expect: clean
// expect-output: ^the last destructor has run$
#include <cstdio>
#include <memory>
#include <mutex>

namespace {

constexpr int kMutexes = 400;

void take_in_order(std::mutex* mutexes) {
  for (int i = 0; i < kMutexes; ++i) {
    const std::lock_guard first(mutexes[i]);
    for (int j = i + 1; j < kMutexes && j <= i + 50; ++j) const std::lock_guard second(mutexes[j]);
  }
}

struct Static {
  ~Static() {
    take_in_order(other.get());
    mutexes.reset();
    other.reset();
    std::puts("the last destructor has run");
    std::fflush(stdout);
  }
  std::unique_ptr<std::mutex[]> mutexes = std::make_unique<std::mutex[]>(kMutexes);
  std::unique_ptr<std::mutex[]> other = std::make_unique<std::mutex[]>(kMutexes);
};
Static last;

}  // namespace

int main() { take_in_order(last.mutexes.get()); }
