// A parallel sum: each goroutine adds up its own part of a vector and writes to its own element of the result.
//
// Run:    gorace run samples/parallel_sum.cc
// Exit:   0
// Stdout: ^sum = 499999500000$
#include <gorace/gorace.h>

#include <cstdio>
#include <numeric>
#include <vector>

int main() {
  std::vector<long> values(1'000'000);
  std::iota(values.begin(), values.end(), 0);

  constexpr std::size_t kParts = 4;
  std::vector<long> sums(kParts);
  gorace::WaitGroup wg;
  for (std::size_t part = 0; part < kParts; ++part) {
    wg.go([&, part] {
      const auto begin = values.begin() + static_cast<long>(values.size() / kParts * part);
      sums[part] = std::accumulate(begin, begin + static_cast<long>(values.size() / kParts), 0L);
    });
  }
  wg.wait();
  std::printf("sum = %ld\n", std::accumulate(sums.begin(), sums.end(), 0L));
}
