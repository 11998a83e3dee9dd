// What the detector's works measure with: processor time of an operation, and resident memory. Compiled by `gorace c++`
// and with ThreadSanitizer: no dependency but libc.
#ifndef GORACE_TESTS_BENCH_MEASURE_H_
#define GORACE_TESTS_BENCH_MEASURE_H_

#include <cstdio>
#include <ctime>

// nanoseconds of a clock: CLOCK_THREAD_CPUTIME_ID is steadier than the time of day on a shared machine.
inline double nanoseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// ns_each calls body(n) with growing n until it takes a fifth of a second, and returns nanoseconds for each of n.
template <class Body>
double ns_each(clockid_t clock, Body&& body) {
  for (long n = 1000;; n *= 4) {
    const double start = nanoseconds(clock);
    body(n);
    const double took = nanoseconds(clock) - start;
    if (took > 2e8) return took / static_cast<double>(n);
  }
}

inline long resident_bytes() {
  long pages = 0;
  if (FILE* file = fopen("/proc/self/statm", "r"); file != nullptr) {
    if (fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
    fclose(file);
  }
  return pages * 4096;
}

#endif  // GORACE_TESTS_BENCH_MEASURE_H_
