// Benign races: ranges of memory on which the program says that races do no harm (GORACE_BENIGN_RACE in
// <gorace/annotations.h>).
//
// Thread safety: add_benign_race from anywhere; the rest under the reporter's lock.
#ifndef GORACE_DETECTOR_REPORT_BENIGN_H_
#define GORACE_DETECTOR_REPORT_BENIGN_H_

#include <cstddef>
#include <cstdint>

#include "runtime/base/raw_writer.h"

namespace gorace::detector {

// add_benign_race keeps races on [address, address + bytes) out of reports, for the rest of the run. A range that is
// there already is not added again. `why` must stay.
void add_benign_race(uintptr_t address, size_t bytes, const char* why);

// is_benign_race tells whether the address lies in such a range, and counts that it was asked.
bool is_benign_race(uintptr_t address);

// print_benign_races lists the ranges that had races, with how many and why.
void print_benign_races(runtime::RawWriter& out);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_BENIGN_H_
