// Goroutines on aarch64: what depends on the processor. Prints one line a check and returns the number of failed ones.
#include <gorace/gorace.h>

#include <cerrno>
#include <cfenv>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/sched/sched.h"

namespace {

int g_failed = 0;

void check(bool ok, const char* what) {
  std::printf("%s %s\n", ok ? "ok  " : "FAIL", what);
  if (!ok) ++g_failed;
}

// Every callee-saved register, integer and floating point, is alive over each yield.
[[gnu::noinline]] double keep_registers(int seed) {
  double d[8];
  long n[10];
  for (int i = 0; i < 8; ++i) d[i] = std::sqrt(seed + i);
  for (int i = 0; i < 10; ++i) n[i] = seed * 31L + i;
  for (int round = 0; round < 50; ++round) {
    gorace::yield();
    for (int i = 0; i < 8; ++i) d[i] += 1;
    for (int i = 0; i < 10; ++i) n[i] += 1;
  }
  double sum = 0;
  for (int i = 0; i < 8; ++i) sum += d[i] - 50 - std::sqrt(seed + i);
  for (int i = 0; i < 10; ++i) sum += static_cast<double>(n[i] - 50 - (seed * 31L + i));
  return std::fabs(sum);
}

void registers() {
  gorace::Chan<double> sums = gorace::make_chan<double>(0);
  for (int i = 0; i < 20; ++i) gorace::go([=] { sums << keep_registers(i); });
  double worst = 0;
  for (int i = 0; i < 20; ++i) worst = std::fmax(worst, *sums.recv());
  check(worst < 1e-6, "callee-saved registers survive switches");
}

// The rounding mode is the goroutine's own.
void rounding() {
  auto done = gorace::make_chan<bool>(0);
  gorace::go([=] {
    std::fesetround(FE_UPWARD);
    for (int i = 0; i < 10; ++i) gorace::yield();
    done << (std::fegetround() == FE_UPWARD);
  });
  bool mine = true;
  for (int i = 0; i < 10; ++i) {
    gorace::yield();
    mine = mine && std::fegetround() == FE_TONEAREST;
  }
  check(*done.recv() && mine, "the rounding mode belongs to the goroutine");
}

void exceptions() {
  auto done = gorace::make_chan<bool>(0);
  for (int i = 0; i < 10; ++i) {
    gorace::go([=] {
      bool right = false;
      try {
        throw std::runtime_error(std::to_string(i));
      } catch (const std::runtime_error& error) {
        gorace::yield();  // inside the catch block
        try {
          throw;
        } catch (const std::exception& again) {
          right = again.what() == std::to_string(i);
        }
      }
      done << right;
    });
  }
  bool all = true;
  for (int i = 0; i < 10; ++i) all = *done.recv() && all;
  check(all, "exceptions are caught and rethrown across switches");
}

void channels() {
  auto numbers = gorace::make_chan<int>(3);
  auto squares = gorace::make_chan<long>(0);
  gorace::WaitGroup workers;
  for (int i = 0; i < 4; ++i) {
    workers.go([=] {
      for (int n : numbers) squares << static_cast<long>(n) * n;
    });
  }
  gorace::go([=] {
    for (int n = 1; n <= 1000; ++n) numbers << n;
    numbers.close();
  });
  gorace::go([&workers, squares]() mutable {
    workers.wait();
    squares.close();
  });
  long sum = 0;
  for (long square : squares) sum += square;
  check(sum == 1000L * 1001 * 2001 / 6, "channels, range, close, WaitGroup");
}

void selects() {
  using namespace std::chrono_literals;
  auto never = gorace::make_chan<int>(0);
  check(gorace::select(gorace::recv(never), gorace::after(5ms)) == 1, "select with a timeout");
  gorace::Mutex mutex;
  int count = 0;
  gorace::WaitGroup all;
  for (int i = 0; i < 50; ++i) {
    all.go([&] {
      for (int j = 0; j < 20; ++j) {
        mutex.lock();
        ++count;
        gorace::yield();
        mutex.unlock();
      }
    });
  }
  all.wait();
  check(count == 1000, "mutex");
}

// The frame walk finds this function on a parked goroutine's stack.
void stacks() {
  uintptr_t pcs[16];
  const size_t depth = static_cast<size_t>(gorace::runtime::capture_stack(gorace::runtime::current_g(), pcs, 16));
  check(depth >= 2, "a stack is captured");
}

// Frames of 1 KiB, deep into the stack and back.
[[gnu::noinline]] int dig(int depth) {
  volatile char room[1024];
  room[0] = static_cast<char>(depth);
  if (depth == 0) return 0;
  return dig(depth - 1) + (room[0] == static_cast<char>(depth) ? 1 : 0);
}

void deep() {
  auto done = gorace::make_chan<int>(0);
  gorace::go([=] { done << dig(150); });
  check(*done.recv() == 150, "150 KiB of frames on a goroutine's stack");
}

// Runs into the guard page; the process says whose it was, and ends.
[[gnu::noinline]] int overflow(int depth) {
  volatile char room[512];
  room[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : overflow(depth + 1) + room[0];
}

int die_of_overflow() {
  gorace::go([] { overflow(0); });
  gorace::make_chan<int>(0).recv();
  return 0;
}

}  // namespace

// With an argument: overflows a stack, in a test of its own, since qemu cannot start threads in a forked child.
int main(int argc, char**) {
  if (argc > 1) return die_of_overflow();
  registers();
  rounding();
  exceptions();
  channels();
  selects();
  stacks();
  deep();
  return g_failed;
}
