// Race sink: unit tests of the detector's core are the other side of report_race (detector/report/report.h), and keep
// what they are told.
#ifndef GORACE_TESTS_UNIT_DETECTOR_RACE_SINK_H_
#define GORACE_TESTS_UNIT_DETECTOR_RACE_SINK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "detector/report/finding.h"
#include "detector/report/report.h"

namespace gorace::detector::testing {

struct SeenRace {
  uintptr_t address;
  size_t bytes;
  uint64_t present_id;
  uint64_t previous_id;  // 0: unknown
  OriginId present_origin;
  OriginId previous_origin;
  bool present_is_write;
  bool previous_is_write;
};

struct SeenFinding {
  std::string headline;
  std::vector<uintptr_t> locks;   // of its stacks, in order
  std::vector<OriginId> origins;  // likewise
  std::vector<uint64_t> strand_ids;
};

// take_findings returns the findings since the last call.
std::vector<SeenFinding> take_findings();

// take_races returns the races since the last call.
std::vector<SeenRace> take_races();

}  // namespace gorace::detector::testing

#endif  // GORACE_TESTS_UNIT_DETECTOR_RACE_SINK_H_
