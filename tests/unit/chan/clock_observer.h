// ClockObserver: an observer (runtime/hooks.h) that keeps plain vector clocks, so that tests can ask which events are
// ordered. Linked into a test program it watches from the start.
#ifndef GORACE_TESTS_UNIT_CHAN_CLOCK_OBSERVER_H_
#define GORACE_TESTS_UNIT_CHAN_CLOCK_OBSERVER_H_

#include <cstdint>
#include <vector>

namespace gorace::testing_support {

// Event: a moment in the life of the goroutine that called mark().
struct Event {
  uint64_t goroutine = 0;
  uint64_t epoch = 0;
};

Event mark();

// happened_before tells whether the event is ordered before what the caller does now.
bool happened_before(const Event& event);

struct Access {
  uint64_t goroutine;
  const void* address;
  bool is_write;
};

// take_accesses returns the accesses that the runtime made on the program's behalf since the last call.
std::vector<Access> take_accesses();

}  // namespace gorace::testing_support

#endif  // GORACE_TESTS_UNIT_CHAN_CLOCK_OBSERVER_H_
