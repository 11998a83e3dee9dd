// AtEachProcs: the fixture of the scheduler's tests, and what they wait with.
#ifndef GORACE_TESTS_UNIT_SCHED_FIXTURE_H_
#define GORACE_TESTS_UNIT_SCHED_FIXTURE_H_

#include <gorace/go.h>
#include <gtest/gtest.h>

#include <atomic>

#include "runtime/sched/sched.h"
#include "tests/unit/goroutine_fixture.h"
#include "tests/unit/sched/join.h"

namespace gorace::testing {

// wait_until yields until the condition holds: for effects that no event announces.
template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) yield();
}

using AtEachProcs = GoroutineFixture;

}  // namespace gorace::testing

#endif  // GORACE_TESTS_UNIT_SCHED_FIXTURE_H_
