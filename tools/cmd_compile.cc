// gorace c++ and gorace cc: clang with gorace's plugin and runtime. The command becomes the compiler (exec), so
// signals, output and exit codes are the compiler's own.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/base/message.h"
#include "tools/base/process.h"
#include "tools/commands.h"
#include "tools/compile/compile_command.h"
#include "tools/compile/sample_rate.h"

namespace gorace::tools {
namespace {

constexpr absl::string_view kModel = "--model=";
constexpr absl::string_view kIgnoreList = "--ignorelist=";
constexpr absl::string_view kSample = "--sample=";

// take_own_flag tells whether `arg` is a flag of gorace's own, and puts it into the mode.
absl::StatusOr<bool> take_own_flag(const std::string& arg, CompileMode* mode) {
  if (arg == "--no-race" || arg == "--race") {
    mode->race = arg == "--race";
  } else if (absl::StartsWith(arg, kModel)) {
    mode->models.push_back(arg.substr(kModel.size()));
  } else if (absl::StartsWith(arg, kIgnoreList)) {
    mode->ignore_lists.push_back(arg.substr(kIgnoreList.size()));
  } else if (absl::StartsWith(arg, kSample)) {
    const absl::StatusOr<uint32_t> rate = read_sample_rate(arg.substr(kSample.size()));
    if (!rate.ok()) return absl::InvalidArgumentError(absl::StrCat("flag --sample: it is ", rate.status().message()));
    mode->sampled_ppm = *rate;
  } else {
    for (const absl::string_view flag : {"--model=FILE", "--ignorelist=FILE", "--sample=RATE"}) {
      const absl::string_view name = flag.substr(0, flag.find('='));
      if (arg == name)
        return absl::InvalidArgumentError(absl::StrCat("flag ", name, " needs its value with it: ", flag));
    }
    return false;
  }
  return true;
}

// take_own_flags removes the flags of gorace's own, wherever they stand: build systems put CXXFLAGS behind flags of
// theirs. What follows an option as its value, or "--", is none.
absl::StatusOr<std::vector<std::string>> take_own_flags(const std::vector<std::string>& args, CompileMode* mode) {
  std::vector<std::string> rest;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--") {
      rest.insert(rest.end(), args.begin() + static_cast<ptrdiff_t>(i), args.end());
      break;
    }
    const absl::StatusOr<bool> own = take_own_flag(args[i], mode);
    if (!own.ok()) return own.status();
    if (*own) continue;
    rest.push_back(args[i]);
    if (takes_next_argument(args[i]) && i + 1 < args.size()) rest.push_back(args[++i]);
  }
  return rest;
}

absl::Status check_readable(const char* what, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (access(file.c_str(), R_OK) != 0) {
      return absl::InvalidArgumentError(absl::StrCat(what, " ", file, ": ", strerror(errno)));
    }
  }
  return absl::OkStatus();
}

// ccache compares what flags say, not the files that they name, unless it is told.
void tell_ccache(const CompileMode& mode) {
  std::vector<std::string> files = mode.models;
  files.insert(files.end(), mode.ignore_lists.begin(), mode.ignore_lists.end());
  if (files.empty()) return;
  if (const char* others = getenv("CCACHE_EXTRAFILES"); others != nullptr && *others != '\0')
    files.insert(files.begin(), others);
  setenv("CCACHE_EXTRAFILES", absl::StrJoin(files, ":").c_str(), 1);
}

int exit_code_of(const absl::Status& status) { return absl::IsInvalidArgument(status) ? kExitMisuse : kExitNotFound; }

int compile(Language language, const std::vector<std::string>& all_args) {
  // The environment's first: later models count, so that flags win.
  CompileMode mode{language, /*race=*/true, models_of_environment()};
  const absl::StatusOr<std::vector<std::string>> rest = take_own_flags(all_args, &mode);
  if (!rest.ok()) return fail(kExitMisuse, rest.status().message());
  const std::vector<std::string> args = take_ignore_lists(*rest, &mode);
  const CompilerUse use = classify(args);
  absl::Status status = check_use(mode, use);
  if (status.ok()) status = check_readable("model file", mode.models);
  if (status.ok()) status = check_readable("ignore list", mode.ignore_lists);
  if (!status.ok()) return fail(kExitMisuse, status.message());
  const absl::StatusOr<Layout> layout = find_layout(self_path());
  status = layout.status();
  if (status.ok()) status = check_files(needed_files(*layout, mode, use));
  if (!status.ok()) return fail(exit_code_of(status), status.message());
  const absl::StatusOr<Compiler> compiler = find_compiler(language, *layout, needs_plugin(mode, use));
  if (!compiler.ok()) return fail(exit_code_of(compiler.status()), compiler.status().message());
  const std::vector<std::string> command = compile_command(*compiler, *layout, mode, use, args);
  tell_ccache(mode);
  const int error = exec_program(command[0], command);
  return fail(kExitCannotLaunch, absl::StrCat("cannot run ", command[0], ": ", strerror(error)));
}

std::string help(const std::string& name, const std::string& compiler, const std::string& variable) {
  return absl::StrCat(
      "usage: gorace ", name,
      " [--no-race] [--model=FILE]... [--ignorelist=FILE]... [--sample=RATE]\n                  "
      "COMPILER-ARGUMENTS\n\nRuns ",
      compiler,
      " with gorace's plugin, headers and, when it links a program, runtime.\n"
      "All arguments are the compiler's. A shared library gets instrumented code, and finds the runtime\n"
      "in the program that loads it. gorace-",
      name,
      " is the same in one word.\n\nflags, anywhere among the compiler's:\n"
      "  --no-race               goroutines, dumps and profiles without race detection\n"
      "  --model=FILE            what functions of libraries synchronise (docs/models.md)\n"
      "  --ignorelist=FILE       functions, files and variables that are not checked (docs/exclusions.md);\n"
      "                          clang's -fsanitize-ignorelist=FILE does the same\n"
      "  --sample=1%             check in short windows, 1 % of the time (docs/sampling.md)\n\nenvironment:\n"
      "  GORACE_MODELS           such files, separated by colons\n  ",
      variable, "              another ", compiler, ", a wrapper allowed: \"ccache ", compiler, "\"\n");
}

}  // namespace

std::string help_cxx() { return help("c++", "clang++", "GORACE_CXX"); }
std::string help_cc() { return help("cc", "clang", "GORACE_CC"); }
int cmd_cxx(const std::vector<std::string>& args) { return compile(Language::kCxx, args); }
int cmd_cc(const std::vector<std::string>& args) { return compile(Language::kC, args); }

}  // namespace gorace::tools
