// What a report asks of others, with answers that a test sets.
#ifndef GORACE_TESTS_UNIT_REPORT_FAKES_H_
#define GORACE_TESTS_UNIT_REPORT_FAKES_H_

#include <map>
#include <optional>
#include <vector>

#include "detector/origin/held_locks.h"
#include "detector/report/report.h"
#include "runtime/sched/sched.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::detector::testing {

struct Fakes {
  std::optional<HeapBlock> heap_block;
  std::optional<runtime::DataSymbol> global;
  std::vector<runtime::G*> goroutines;
  std::map<OriginId, uint32_t> lock_sets;  // what store_lock_set gave
};
extern Fakes g_fakes;

// Origins are 1, 2, ... (7 << 17 on for atomic ones): origin N's stack prints as one frame, function fN at file.cc:N.
inline constexpr OriginId kFreeOrigin = 90;
inline constexpr OriginId kVptrOrigin = 91;
inline constexpr OriginId kOperationOrigin = 92;  // inside gorace::WaitGroup::wait

}  // namespace gorace::detector::testing

#endif  // GORACE_TESTS_UNIT_REPORT_FAKES_H_
