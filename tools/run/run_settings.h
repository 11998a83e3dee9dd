// RunSettings: what the flags of `gorace run` ask for, and the GORACE text that hands it to the program.
#ifndef GORACE_TOOLS_RUN_RUN_SETTINGS_H_
#define GORACE_TOOLS_RUN_RUN_SETTINGS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/base/flag_set.h"

namespace gorace::tools {

enum class RaceMode {
  kAuto,  // on in programs built with it; the others run after a note
  kOn,    // a program built without it is refused
  kOff,   // sources are compiled without it; no note
};

struct RunSettings {
  RaceMode race = RaceMode::kAuto;
  uint32_t sampled_ppm = 0;  // 0: not asked for
  bool verbose = false;
  bool help = false;
  std::string optimization = "1";           // -O, for sources
  std::vector<std::string> compiler_flags;  // for sources
  // GORACE keys and values that flags gave, in their order.
  std::vector<std::pair<std::string, std::string>> options;
};

// add_run_flags declares the flags of `gorace run`, which write to *settings.
void add_run_flags(FlagSet* flags, RunSettings* settings);

// gorace_text joins the environment's own GORACE (null: none) and the flags, which win because the last value of a key
// counts. InvalidArgument: a key or a value is wrong, in either.
absl::StatusOr<std::string> gorace_text(const char* environment, const RunSettings& settings);

// check_outputs makes sure that the paths in `text` (a valid GORACE) can be written, so that a run is not lost to a
// mistyped path. A missing profile folder is made. `pid`: the process id the program will have.
absl::Status check_outputs(const std::string& text, int pid);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_RUN_RUN_SETTINGS_H_
