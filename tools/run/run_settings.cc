#include "tools/run/run_settings.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "runtime/base/options.h"
#include "tools/base/process.h"
#include "tools/base/suggest.h"
#include "tools/compile/sample_rate.h"

namespace gorace::tools {
namespace {

using runtime::Options;
using Setter = std::function<absl::Status(const std::string&)>;

const std::vector<std::string>& profile_names() {
  static const auto* names = new std::vector<std::string>{"goroutine", "heap"};
  return *names;
}

absl::Status check_profiles(const std::string& list) {
  for (const std::string& name : std::vector<std::string>(absl::StrSplit(list, ',', absl::SkipEmpty()))) {
    bool known = false;
    for (const std::string& candidate : profile_names()) known = known || name == candidate;
    if (known) continue;
    const std::string nearest = suggest(name, profile_names());
    return absl::InvalidArgumentError(
        absl::StrCat("there is no profile '", name, "'; the profiles are ", absl::StrJoin(profile_names(), ", "),
                     nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?")));
  }
  return absl::OkStatus();
}

// option returns a setter that notes `key`=value for GORACE. GORACE separates its settings by spaces and cannot quote
// them.
Setter option(RunSettings* settings, const char* key, std::function<absl::Status(std::string*)> check = nullptr) {
  return [settings, key, check](const std::string& given) {
    std::string value = given;
    if (check != nullptr) {
      if (absl::Status status = check(&value); !status.ok()) return status;
    }
    if (value.find_first_of(" \t\n") != std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat("it may not contain white space ('", value, "')"));
    }
    settings->options.emplace_back(key, value);
    return absl::OkStatus();
  };
}

// Programs may change their folder before they write, so the path is fixed now.
absl::Status make_absolute(std::string* path) {
  if (path->empty()) return absl::InvalidArgumentError("it is a path");
  if (*path != "stderr" && *path != "stdout") *path = absolute_path(*path);
  return absl::OkStatus();
}

std::function<absl::Status(std::string*)> number_check(int64_t least, int64_t most) {
  return [least, most](std::string* value) {
    int64_t number = 0;
    return read_number(*value, least, most, &number);
  };
}

Setter race_setter(RunSettings* settings) {
  return [settings](const std::string& value) {
    if (value == "auto") {
      settings->race = RaceMode::kAuto;
    } else if (value == "on") {
      settings->race = RaceMode::kOn;
    } else if (value == "off") {
      settings->race = RaceMode::kOff;
    } else {
      return absl::InvalidArgumentError("it is auto, on or off");
    }
    return absl::OkStatus();
  };
}

Setter sample_setter(RunSettings* settings) {
  return [settings](const std::string& value) {
    const absl::StatusOr<uint32_t> rate = read_sample_rate(value);
    if (!rate.ok()) return absl::InvalidArgumentError(absl::StrCat("it is ", rate.status().message()));
    settings->sampled_ppm = *rate;
    settings->options.emplace_back("sample_ppm", absl::StrCat(*rate));
    return absl::OkStatus();
  };
}

Setter optimization_setter(RunSettings* settings) {
  return [settings](const std::string& value) {
    for (const char* level : {"0", "1", "2", "3", "s", "z", "g", "fast"}) {
      if (value == level) {
        settings->optimization = value;
        return absl::OkStatus();
      }
    }
    return absl::InvalidArgumentError("it is 0, 1, 2, 3, s, z, g or fast");
  };
}

Setter compiler_flags_setter(RunSettings* settings) {
  return [settings](const std::string& value) {
    const absl::StatusOr<std::vector<std::string>> words = split_words(value);
    if (!words.ok()) return words.status();
    settings->compiler_flags.insert(settings->compiler_flags.end(), words->begin(), words->end());
    return absl::OkStatus();
  };
}

// A switch that becomes a GORACE key: 1 or 0.
void add_option_switch(FlagSet* flags, RunSettings* settings, const char* name, const char* key, const char* help) {
  flags->add(name, "", help, [settings, key](const std::string& value) {
    const bool off = value == "false" || value == "0";
    if (!off && !value.empty() && value != "true" && value != "1")
      return absl::InvalidArgumentError("it is true or false");
    settings->options.emplace_back(key, off ? "0" : "1");
    return absl::OkStatus();
  });
}

absl::Status cannot_write(const std::string& what, const std::string& path, int error) {
  return absl::InvalidArgumentError(absl::StrCat("cannot write ", what, " to ", path, ": ", strerror(error)));
}

absl::Status check_log(const std::string& path, int pid) {
  if (path.empty() || path == "stderr" || path == "stdout") return absl::OkStatus();
  const std::string file = absl::StrCat(path, ".", pid);
  const bool was_there = access(file.c_str(), F_OK) == 0;
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return cannot_write("reports", file, errno);
  close(fd);
  if (!was_there) unlink(file.c_str());  // a run without a report leaves no file
  return absl::OkStatus();
}

absl::Status check_profile_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error && !std::filesystem::is_directory(folder)) return cannot_write("profiles", folder, error.value());
  std::string file = absl::StrCat(folder, "/.gorace-XXXXXX");
  const int fd = mkostemp(file.data(), O_CLOEXEC);
  if (fd < 0) return cannot_write("profiles", folder, errno);
  close(fd);
  unlink(file.c_str());
  return absl::OkStatus();
}

absl::Status parse(const std::string& text, Options* options) {
  char message[1024];
  if (runtime::parse_options(text.c_str(), options, message, sizeof message)) return absl::OkStatus();
  return absl::InvalidArgumentError(message);
}

}  // namespace

void add_run_flags(FlagSet* flags, RunSettings* settings) {
  flags->add("race", "MODE",
             "auto: on in programs built with it (default); on: refuse the\nothers; off: compile sources without it",
             race_setter(settings));
  flags->add("sample", "RATE",
             "check in short windows only, of this share of the time\n(1%); programs: those compiled with --sample",
             sample_setter(settings));
  add_option_switch(flags, settings, "leaks", "leaks", "report goroutines that are still blocked when main returns");
  flags->add("profile", "LIST", "write these profiles at exit: goroutine, heap",
             option(settings, "profile", [](std::string* list) { return check_profiles(*list); }));
  flags->add("profile-dir", "FOLDER", "where to write them; made when missing (default: .)",
             option(settings, "profile_dir", make_absolute));
  flags->add("memprofilerate", "BYTES", "mean bytes between heap samples; 1: every allocation\n(default: 524288)",
             option(settings, "memprofilerate", number_check(0, INT64_MAX)));
  flags->add("log", "PATH", "write reports to PATH.PID instead of stderr", option(settings, "log_path", make_absolute));
  add_option_switch(flags, settings, "halt-on-error", "halt_on_error", "end the program after its first report");
  flags->add("exitcode", "CODE", "exit code when something was reported and the program\nreturned 0 (default: 66)",
             option(settings, "exitcode", number_check(0, 255)));
  flags->add("strip-path-prefix", "PREFIX", "remove PREFIX from file names in reports",
             option(settings, "strip_path_prefix"));
  flags->add("suppressions", "FILE", "do not report what FILE lists (ThreadSanitizer's syntax)",
             option(settings, "suppressions", make_absolute));
  flags->add("O", "LEVEL", "optimization of sources that are compiled (default: -O1)", optimization_setter(settings),
             /*joined=*/true);
  flags->add("cxxflags", "FLAGS",
             "more compiler and linker flags for sources, quoted as in a\nshell: --cxxflags=\"-std=c++20 -lfoo\"",
             compiler_flags_setter(settings));
  flags->add_switch("v", "show the compiler command and the options handed over", &settings->verbose);
  flags->add_switch("help", "print this help", &settings->help);
}

absl::StatusOr<std::string> gorace_text(const char* environment, const RunSettings& settings) {
  std::string text = environment == nullptr ? "" : environment;
  const auto options = std::make_unique<Options>();  // some 16 KB
  if (absl::Status status = parse(text, options.get()); !status.ok()) return status;
  for (const auto& [key, value] : settings.options) absl::StrAppend(&text, text.empty() ? "" : " ", key, "=", value);
  if (absl::Status status = parse(text, options.get()); !status.ok()) return status;
  if (absl::Status status = check_profiles(options->profile); !status.ok()) return status;
  return text;
}

absl::Status check_outputs(const std::string& text, int pid) {
  const auto options = std::make_unique<Options>();
  if (absl::Status status = parse(text, options.get()); !status.ok()) return status;
  if (absl::Status status = check_log(options->log_path, pid); !status.ok()) return status;
  if (options->profile[0] == '\0') return absl::OkStatus();
  return check_profile_folder(options->profile_dir);
}

}  // namespace gorace::tools
