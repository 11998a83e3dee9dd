// Frame of the kernels: race-free std::thread programs, built plain, with ThreadSanitizer and with gorace, whose times
// compare.sh sets against each other. A kernel checks its own result, since a time of wrong work is none.
#ifndef GORACE_TESTS_BENCH_KERNELS_KERNEL_H_
#define GORACE_TESTS_BENCH_KERNELS_KERNEL_H_

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace kernel {

inline constexpr int kThreads = 2;

// parallel runs work(0) ... work(kThreads - 1), each on a thread of its own.
template <class Work>
void parallel(const Work& work) {
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back([&work, t] { work(t); });
  for (std::thread& thread : threads) thread.join();
}

// expect ends the program when a kernel's result is wrong.
inline void expect(bool is_right, const char* what) {
  if (is_right) return;
  std::fprintf(stderr, "wrong result: %s\n", what);
  std::exit(1);
}

// Xorshift: the same numbers everywhere (Marsaglia, "Xorshift RNGs", 2003).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

// peak_kilobytes is the most that the program had resident. (getrusage's figure counts what ran before the exec, too.)
inline long peak_kilobytes() {
  long kilobytes = 0;
  if (std::FILE* file = std::fopen("/proc/self/status", "r"); file != nullptr) {
    char line[256];
    while (std::fgets(line, sizeof(line), file) != nullptr && std::sscanf(line, "VmHWM: %ld", &kilobytes) != 1) {
    }
    std::fclose(file);
  }
  return kilobytes;
}

// run prints the seconds that `work` takes, or with KERNEL_PRINTS_MEMORY in the environment its peak_kilobytes.
template <class Work>
int run(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (std::getenv("KERNEL_PRINTS_MEMORY") != nullptr) {
    std::printf("%ld\n", peak_kilobytes());
  } else {
    std::printf("%.4f\n", took.count());
  }
  return 0;
}

}  // namespace kernel

#endif  // GORACE_TESTS_BENCH_KERNELS_KERNEL_H_
