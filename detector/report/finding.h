// Findings: what is wrong besides data races: misused mutexes, lock orders that can deadlock, threads that nobody
// joined, signal handlers that do what they must not. Printed in the layout of a race report, under a headline of their
// own:
//
//   ==================
//   WARNING: MUTEX MISUSE: unlock of an unlocked mutex (or by a wrong thread)
//   Unlocked by thread 2 at:
//     worker()
//         file.cc:12 +0x1c
//
//   Global var lock of size 40 at 0x55d0c2f4b0a0
//   ==================
//
// They count for the exit code as races do, and obey halt_on_error, suppress_equal_stacks and suppressions.
//
// Thread safety: any thread; one report at a time, races included. The caller holds no lock of the detector.
#ifndef GORACE_DETECTOR_REPORT_FINDING_H_
#define GORACE_DETECTOR_REPORT_FINDING_H_

#include <cstdint>

#include "detector/context/context.h"
#include "detector/origin/origin.h"
#include "detector/report/suppressions.h"

namespace gorace::detector {

// FindingStack: one stack, headed by what it is: "Unlocked by thread 2 at:", "Lock 0x7ffd3c0 (queue_lock) held by main
// thread, taken at:".
struct FindingStack {
  const char* what = "";
  uintptr_t lock = 0;  // named after `what`; 0: none
  const char* link = " by ";
  const Context* strand = nullptr;  // null: neither link nor strand is printed
  const char* tail = " at:\n";
  OriginId origin = kUnknownOrigin;
  const char* detail = nullptr;  // printed after `what`, in brackets
};

struct Finding {
  const char* headline = "";
  SuppressionType suppression = SuppressionType::kMutex;
  const FindingStack* stacks = nullptr;
  int stack_count = 0;
  uintptr_t object = 0;  // the memory it is about; 0: none
  int similar = 0;       // how many more of the same there are
  const char* hint = nullptr;
};

// report_finding prints it, unless the same one was printed before or the user does not want it.
void report_finding(const Finding& finding);

// Number of findings so far.
uint64_t finding_count();

// Headlines of mutex misuse.
inline constexpr const char kUnlockOfUnlocked[] = "MUTEX MISUSE: unlock of an unlocked mutex (or by a wrong thread)";
inline constexpr const char kDoubleLock[] = "MUTEX MISUSE: double lock of a mutex";
inline constexpr const char kDestroyOfLocked[] = "MUTEX MISUSE: destroy of a locked mutex";
inline constexpr const char kInvalidMutex[] = "MUTEX MISUSE: use of an invalid mutex (e.g. uninitialized or destroyed)";
inline constexpr const char kReadLockOfWriteLocked[] = "MUTEX MISUSE: read lock of a write locked mutex";
inline constexpr const char kReadUnlockOfWriteLocked[] = "MUTEX MISUSE: read unlock of a write locked mutex";
// Waits that a goroutine must not make.
inline constexpr const char kParkWithLock[] =
    "PARKED WITH A LOCK: a goroutine waits while it holds a std::mutex, or another lock of its thread";
inline constexpr const char kParkInInitialiser[] =
    "PARKED IN AN INITIALISER: a goroutine waits inside a static initialiser or call_once";
inline constexpr const char kHeldInWrongContext[] = "MUTEX MISUSE: mutex held in the wrong context";

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_FINDING_H_
