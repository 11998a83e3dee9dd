// gorace run: a program, or sources that are compiled first.
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tools/base/message.h"
#include "tools/base/process.h"
#include "tools/commands.h"
#include "tools/compile/scratch_build.h"
#include "tools/inspect/program.h"
#include "tools/run/launch.h"
#include "tools/run/run_settings.h"

namespace gorace::tools {
namespace {

using Words = std::vector<std::string>;

constexpr char kHowToTurnOn[] = "; build it with `gorace c++` (CMake: gorace_instrument(TARGET)) to turn it on";

bool is_source(const std::string& path) { return is_cxx_source(path) || is_c_source(path); }

// set_environment hands the options to the program, and tells its runtime where the symbolizer is and which process is
// the first.
void set_environment(const std::string& text) {
  setenv("GORACE", text.c_str(), 1);
  setenv("GORACE_TOOL", self_path().c_str(), 1);
  setenv("GORACE_ROOT_PID", absl::StrCat(getpid()).c_str(), 1);  // exec keeps it
}

// note_kind says when there will be no race detection. Returns an exit code when the program must not run, 0 otherwise.
int note_kind(const std::string& path, RaceMode mode) {
  const ProgramKind kind = inspect_program(path);
  if (kind == ProgramKind::kInstrumented) {
    if (mode != RaceMode::kOff) return kExitOk;
    return fail(
        kExitMisuse,
        absl::StrCat(
            path,
            " was built with race detection, which --race=off cannot turn off; build it with `gorace c++ --no-race`"));
  }
  if (mode == RaceMode::kOff) return kExitOk;
  std::string note;
  if (kind == ProgramKind::kScript) {
    note = absl::StrCat(
        path, " is a script: races are looked for in those programs that it starts which were built with `gorace c++`");
  } else if (kind == ProgramKind::kGoroutines) {
    note = absl::StrCat("race detection is off: ", path,
                        " was built without it (goroutine dumps, leaks and profiles work)", kHowToTurnOn);
  } else if (kind == ProgramKind::kUnreadable) {
    note = absl::StrCat(path, " cannot be read: whether it was built with race detection is not known");
  } else {
    note = absl::StrCat("race detection is off: ", path, " was built without it", kHowToTurnOn);
  }
  if (mode == RaceMode::kOn) return fail(kExitMisuse, note);
  say(note);
  return kExitOk;
}

int run_program(const RunSettings& settings, const Words& argv) {
  int code = 0;
  const std::string path = find_program(argv[0], &code);
  if (path.empty()) return code;
  if (code = note_kind(path, settings.race); code != 0) return code;
  return launch(path, argv);
}

// run_sources compiles the leading source files of `args` and runs the result with the rest.
int run_sources(const RunSettings& settings, const Words& args) {
  SourceBuild build;
  size_t first = 0;
  while (first < args.size() && is_source(args[first])) build.sources.push_back(args[first++]);
  if (first < args.size() && args[first] == "--") ++first;
  build.flags = settings.compiler_flags;
  build.flags.insert(build.flags.begin(), "-O" + settings.optimization);
  build.race = settings.race != RaceMode::kOff;
  build.sampled_ppm = settings.sampled_ppm;
  build.verbose = settings.verbose;
  int fd = -1;
  std::string name;
  if (const int code = build_sources(build, &fd, &name); code != 0) return code;
  Words argv = {name};
  argv.insert(argv.end(), args.begin() + static_cast<ptrdiff_t>(first), args.end());
  return launch_open(fd, argv);
}

FlagSet run_flags(RunSettings* settings) {
  FlagSet flags;
  add_run_flags(&flags, settings);
  return flags;
}

int misuse(const absl::Status& status) { return fail(kExitMisuse, absl::StrCat(status.message())); }

}  // namespace

std::string help_run() {
  RunSettings unused;
  return absl::StrCat(
      "usage: gorace run [flags] [--] PROGRAM [arguments]\n"
      "       gorace run [flags] [--] FILE.cc [FILE.cc...] [--] [arguments]\n\n"
      "Runs a program, or compiles sources with race detection and runs the result. Everything after PROGRAM is the\n"
      "program's own; after sources, a `--` ends their list. Exit code: the program's, or 66 when it was 0 and\n"
      "something was reported; 1 when a source does not compile; 2 on misuse; 126 or 127 when the program cannot be "
      "run.\n\nflags:\n",
      run_flags(&unused).help(),
      "\nenvironment:\n  GORACE                  options as \"key=value ...\"; flags win\n"
      "  GORACE_CXX, GORACE_CC   the clang that compiles sources\n");
}

int cmd_run(const std::vector<std::string>& args) {
  RunSettings settings;
  const absl::StatusOr<size_t> first = run_flags(&settings).parse(args);
  if (!first.ok()) return misuse(first.status());
  if (settings.help) {
    fputs(help_run().c_str(), stdout);
    return kExitOk;
  }
  const Words rest(args.begin() + static_cast<ptrdiff_t>(*first), args.end());
  if (rest.empty() || rest[0].empty())
    return fail(kExitMisuse, "which program? `gorace help run` tells how it is used");
  const absl::StatusOr<std::string> text = gorace_text(getenv("GORACE"), settings);
  if (!text.ok()) return misuse(text.status());
  if (absl::Status status = check_outputs(*text, getpid()); !status.ok()) return misuse(status);
  set_environment(*text);
  if (settings.verbose) say(absl::StrCat("GORACE=\"", *text, "\""));
  return is_source(rest[0]) ? run_sources(settings, rest) : run_program(settings, rest);
}

}  // namespace gorace::tools
