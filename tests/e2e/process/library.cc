// A library that is loaded while goroutines run. It has no runtime of its own: the program's is the only one.
#include <gorace/gorace.h>

#include <stdexcept>
#include <string>

namespace {
thread_local int t_calls = 0;  // of the library's own; made anew in each thread that comes here
}

extern "C" int add_in_goroutines(int count) {
  auto numbers = gorace::make_chan<int>(0);
  gorace::WaitGroup all;
  for (int i = 0; i < count; ++i) {
    all.go([=] {
      ++t_calls;
      try {
        gorace::yield();
        throw std::runtime_error(std::to_string(i));
      } catch (const std::exception& error) {  // thrown, and perhaps caught on another thread, in the library
        gorace::yield();
        numbers << (error.what() == std::to_string(i) ? 1 : -1000);
      }
    });
  }
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += *numbers.recv();
  all.wait();
  return sum;
}
