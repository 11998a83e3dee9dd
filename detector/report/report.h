// Reports: data races in Go's layout, on the descriptor that GORACE's log_path names, de-duplicated by the unordered
// pair of stacks.
//
// Thread safety: any thread; reports are serialised, so that two do not mix. Runs on the racing strand, in the middle
// of its access: allocates nothing from the program's malloc and takes none of the program's locks.
#ifndef GORACE_DETECTOR_REPORT_REPORT_H_
#define GORACE_DETECTOR_REPORT_REPORT_H_

#include <cstddef>
#include <cstdint>

#include "detector/context/context.h"
#include "detector/origin/origin.h"

namespace gorace::detector {

struct RaceSide {
  const Context* context = nullptr;  // null: no longer known
  OriginId origin = kUnknownOrigin;  // plain
  bool is_write = false;
};

struct Race {
  uintptr_t address = 0;  // lowest byte that both touched
  size_t bytes = 0;       // bytes of the present access
  RaceSide present;
  RaceSide previous;
};

// report_race prints the race unless its pair of stacks was printed before. With halt_on_error it ends the process
// (code 66).
void report_race(const Race& race);

// Number of distinct reports so far.
uint64_t race_count();

// finish_reports is the detector's exit hook (ExitPhase::kLast): prints `Found N data race(s)` and what limits made the
// detector drop, each once and only when there is any, and returns the process's exit code: GORACE's exitcode in place
// of 0 when races were found.
int finish_reports(int exit_code);

// note_goroutine_started: from now on the main strand is called "main goroutine"; "main thread" before.
void note_goroutine_started();
bool goroutines_started();

// find_heap_block fills in the heap block that contains `address`, also one that was freed and not handed out again.
// Provided by heap/.
struct HeapBlock {
  uintptr_t address;
  size_t bytes;
  OriginId allocated_at;
  uint64_t allocated_by;  // strand id
  StrandKind allocated_by_kind;
  bool freed;
  bool is_strand_known;
};
bool find_heap_block(uintptr_t address, HeapBlock* out);

// find_descriptor fills in the file descriptor that `address` stands for (intercept/descriptors.h). Weak: only programs
// under detection have it.
struct DescriptorInfo {
  int fd;
  OriginId opened_at;
  uint64_t opened_by;  // strand id; 0: not known
  StrandKind opened_by_kind;
};
[[gnu::weak]] bool find_descriptor(uintptr_t address, DescriptorInfo* out);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_REPORT_H_
