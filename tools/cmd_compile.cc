// gorace c++ and gorace cc: clang with gorace's plugin and runtime. The command becomes the compiler (exec), so
// signals, output and exit codes are the compiler's own.
#include <cstring>

#include "absl/strings/str_cat.h"
#include "tools/base/message.h"
#include "tools/base/process.h"
#include "tools/commands.h"
#include "tools/compile/compile_command.h"

namespace gorace::tools {
namespace {

// take_own_flags removes --race and --no-race, which come before the compiler's arguments.
std::vector<std::string> take_own_flags(const std::vector<std::string>& args, CompileMode* mode) {
  size_t first = 0;
  for (; first < args.size(); ++first) {
    if (args[first] == "--no-race") {
      mode->race = false;
    } else if (args[first] == "--race") {
      mode->race = true;
    } else {
      break;
    }
  }
  return {args.begin() + static_cast<ptrdiff_t>(first), args.end()};
}

int exit_code_of(const absl::Status& status) { return absl::IsInvalidArgument(status) ? kExitMisuse : kExitNotFound; }

int compile(Language language, const std::vector<std::string>& all_args) {
  CompileMode mode{language, true};
  const std::vector<std::string> args = take_own_flags(all_args, &mode);
  const CompilerUse use = classify(args);
  absl::Status status = check_use(mode, use);
  if (!status.ok()) return fail(kExitMisuse, status.message());
  const absl::StatusOr<std::vector<std::string>> compiler = find_compiler(language);
  if (!compiler.ok()) return fail(exit_code_of(compiler.status()), compiler.status().message());
  const absl::StatusOr<Layout> layout = find_layout(self_path());
  status = layout.status();
  if (status.ok()) status = check_files(needed_files(*layout, mode, use));
  if (!status.ok()) return fail(exit_code_of(status), status.message());
  const std::vector<std::string> command = compile_command(*compiler, *layout, mode, use, args);
  const int error = exec_program(command[0], command);
  return fail(kExitCannotLaunch, absl::StrCat("cannot run ", command[0], ": ", strerror(error)));
}

std::string help(const std::string& name, const std::string& compiler, const std::string& variable) {
  return absl::StrCat(
      "usage: gorace ", name, " [--no-race] COMPILER-ARGUMENTS\n\nRuns ", compiler,
      " with gorace's plugin, headers and, when it links a program, runtime.\n"
      "All arguments are the compiler's. A shared library gets instrumented code, and finds the runtime\n"
      "in the program that loads it. gorace-",
      name,
      " is the same in one word.\n\nflags (before all others):\n"
      "  --no-race               goroutines, dumps and profiles without race detection\n\nenvironment:\n  ",
      variable, "              another ", compiler, ", a wrapper allowed: \"ccache ", compiler, "\"\n");
}

}  // namespace

std::string help_cxx() { return help("c++", "clang++-19", "GORACE_CXX"); }
std::string help_cc() { return help("cc", "clang-19", "GORACE_CC"); }
int cmd_cxx(const std::vector<std::string>& args) { return compile(Language::kCxx, args); }
int cmd_cc(const std::vector<std::string>& args) { return compile(Language::kC, args); }

}  // namespace gorace::tools
