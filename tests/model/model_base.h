// What the runtime's sources find below them in a model test: memory, futexes, threads and a clock of the explorer's.
#ifndef GORACE_TESTS_MODEL_MODEL_BASE_H_
#define GORACE_TESTS_MODEL_MODEL_BASE_H_

#include <cstddef>

namespace gorace::model {

// reset_memory frees all that internal_alloc gave. At the start of each scenario.
void reset_memory();

}  // namespace gorace::model

#endif  // GORACE_TESTS_MODEL_MODEL_BASE_H_
