#ifndef GORACE_TESTS_MODEL_MODEL_SCHED_H_
#define GORACE_TESTS_MODEL_MODEL_SCHED_H_

#include "runtime/timer/timer_heap.h"

namespace gorace::model {

// start_scenario frees what the former execution left. First thing in a scenario.
void start_scenario();
// timers: where start_timer puts them. A scenario's thread runs them.
runtime::TimerHeap& timers();

}  // namespace gorace::model

#endif  // GORACE_TESTS_MODEL_MODEL_SCHED_H_
