// The works of tests/bench/compare.sh detector about many live goroutines: what synchronisation and memory cost while
// COUNT others are parked.
// usage: detector_goroutines PingPong|Mutex|Memory COUNT     prints one number, nanoseconds an operation or bytes a
// goroutine
#include <gorace/gorace.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "tests/bench/measure.h"

namespace {

using gorace::make_chan;

// All threads' processor time: the goroutines of a work need not run on one thread.
constexpr clockid_t kProcessTime = CLOCK_PROCESS_CPUTIME_ID;

double ping_pong() {
  auto there = make_chan<long>();
  auto back = make_chan<long>();
  gorace::go([=] {
    for (long v : there) back.send(v);
  });
  const double each = ns_each(kProcessTime, [&](long n) {
    for (long i = 0; i < n; ++i) {
      there.send(i);
      back.recv();
    }
  });
  there.close();
  return each;
}

double mutex_pair() {
  std::mutex mutex;
  return ns_each(kProcessTime, [&](long n) {
    for (long i = 0; i < n; ++i) {
      mutex.lock();
      mutex.unlock();
    }
  });
}

// Parked: so many goroutines that wait until its end. The caller has heard of each: its clock knows them all.
class Parked {
 public:
  explicit Parked(long count) {
    gorace::WaitGroup started;
    started.add(static_cast<int>(count));
    for (long i = 0; i < count; ++i) {
      ended_.go([hold = hold_, &started] {
        started.done();
        hold.recv();
      });
    }
    started.wait();
  }
  ~Parked() {
    hold_.close();
    ended_.wait();
  }
  Parked(const Parked&) = delete;
  Parked& operator=(const Parked&) = delete;

 private:
  gorace::Chan<bool> hold_ = make_chan<bool>();
  gorace::WaitGroup ended_;
};

}  // namespace

int main(int argc, char** argv) {
  const long count = argc == 3 ? atol(argv[2]) : 0;
  const char* work = argc == 3 ? argv[1] : "";
  if (count < 1 || (strcmp(work, "PingPong") != 0 && strcmp(work, "Mutex") != 0 && strcmp(work, "Memory") != 0)) {
    fprintf(stderr, "usage: %s PingPong|Mutex|Memory COUNT\n", argv[0]);
    return 2;
  }
  const long before = resident_bytes();
  const Parked parked(count);
  double result = static_cast<double>(resident_bytes() - before) / static_cast<double>(count);
  if (strcmp(work, "PingPong") == 0) result = ping_pong();
  if (strcmp(work, "Mutex") == 0) result = mutex_pair();
  printf("%.1f\n", result);
}
