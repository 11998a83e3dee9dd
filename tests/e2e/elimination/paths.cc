// Races of accesses whose checks were left out, because others before them (in another block, in front of the loop, on
// the other side of a call) stand for them; and of accesses for which those must not stand.
//
// expect: race
// expect-report: paths.cc:30
// expect-report: paths.cc:39
// expect-report: paths.cc:46
// expect-report: paths.cc:56
// expect-report: paths.cc:67
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Queue {
  volatile long head = 0, size = 3;  // volatile: kept by the optimiser, though nobody reads them
};
Queue branches, loops, quiet, released, told;
std::atomic<bool> ready{false}, may_look{false};
std::vector<std::string> words;
bool choice = true;

// What stays quiet, and what does not look so.
[[gnu::noinline]] void note(const char* word) { words.emplace_back(word); }
[[gnu::noinline]] void tell() { ready.store(true, std::memory_order_release); }

void branch() {
  branches.head = 1;
  if (choice) {
    branches.head = 2;
  } else {
    branches.head = 3;
  }
}
void loop() {
  long sum = 0;
  for (long i = 0; i < loops.size; ++i) {
    if (i % 2 == 0) words.emplace_back("x");
    sum += i;
  }
  choice = sum != 77;
}
void past_quiet_calls() {
  quiet.size = 1;
  note("quiet");
  quiet.size = 2;
}
// The other thread knows of the first write, and not of the second.
void past_a_release() {
  released.size = 1;
  tell();
  may_look.store(true, std::memory_order_relaxed);
  while (may_look.load(std::memory_order_relaxed)) std::this_thread::yield();
  released.size = 2;
}
void look_at_released() {
  while (!ready.load(std::memory_order_acquire)) std::this_thread::yield();
  while (!may_look.load(std::memory_order_relaxed)) std::this_thread::yield();
  may_look.store(false, std::memory_order_relaxed);
  released.size = 3;
}
// The release is the loop's own.
void loop_with_a_release() {
  for (int i = 0; i < 2; ++i) {
    told.size = i;
    tell();
    may_look.store(i == 0, std::memory_order_relaxed);
    while (may_look.load(std::memory_order_relaxed)) std::this_thread::yield();
  }
}
void look_at_told() {
  while (!ready.load(std::memory_order_acquire)) std::this_thread::yield();
  while (!may_look.load(std::memory_order_relaxed)) std::this_thread::yield();
  told.size = 3;
  may_look.store(false, std::memory_order_relaxed);
}

template <class Other>
void meet(void (*function)(), Other other) {
  ready = false;
  std::thread first(function), second(other);
  first.join();
  second.join();
}

}  // namespace

int main() {
  meet(branch, [] { branches.head = 5; });
  meet(loop, [] { loops.size = 5; });
  meet(past_quiet_calls, [] { quiet.size = 5; });
  meet(past_a_release, look_at_released);
  meet(loop_with_a_release, look_at_told);
  return words.empty();
}
