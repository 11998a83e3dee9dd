// The text of a race report. Layout: Go's (src/runtime/race, "WARNING: DATA RACE"), which tools that read Go's reports
// accept, with four additions: atomic accesses say so, freeing says so, an access inside one of gorace's own operations
// names it (the stack begins with the user's frame), and the memory is described.
#ifndef GORACE_DETECTOR_REPORT_RACE_TEXT_H_
#define GORACE_DETECTOR_REPORT_RACE_TEXT_H_

#include "detector/report/finding.h"
#include "detector/report/report.h"
#include "runtime/base/raw_writer.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::detector {

// Words that depend on the program.
struct RaceWording {
  bool has_goroutines = false;  // the main strand is the main goroutine, or just the main thread
};

void print_race(runtime::RawWriter& out, const Race& race, const RaceWording& wording);
void print_finding(runtime::RawWriter& out, const Finding& finding, const RaceWording& wording);

// print_strand prints "goroutine 8", "thread 3 'worker'", "main thread".
void print_strand(runtime::RawWriter& out, StrandKind kind, uint64_t id, const char* name, const RaceWording& wording);

// print_origin prints the stack of an origin in the style of race reports: from the user's own frame on, or whole.
void print_origin(runtime::RawWriter& out, OriginId origin, runtime::StackStyle style = runtime::StackStyle::kAccess);

// print_memory describes what lies at `address`, after a blank line: a heap block, a global variable, a stack,
// thread-local storage. Prints nothing when that is not known.
void print_memory(runtime::RawWriter& out, uintptr_t address, const RaceWording& wording);

// Locks that a side holds, as print_locks names them: M1, M2 ... by address, over both sides.
struct SideLocks {
  static constexpr int kMost = 6;
  struct Lock {
    uintptr_t address;  // 0: one of many that are locked in this place
    OriginId place;
    bool shared;
    int number;  // of M1, M2 ...
  };
  int count = 0;
  int uncounted = 0;     // further ones
  bool is_known = true;  // false: the origin could not keep them
  Lock locks[kMost];
};
struct RaceLocks {
  SideLocks present;
  SideLocks previous;
};
RaceLocks locks_of(const Race& race);

// print_locks prints a block for each lock that a side holds: what it is, and where it was taken.
void print_locks(runtime::RawWriter& out, const Race& race, const RaceLocks& locks, const RaceWording& wording);

// print_hint prints a line that says which order is missing, or what would make it, where that can be told.
void print_hint(runtime::RawWriter& out, const Race& race, const RaceLocks& locks);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_RACE_TEXT_H_
