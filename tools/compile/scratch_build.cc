#include "tools/compile/scratch_build.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tools/base/message.h"
#include "tools/base/process.h"

namespace gorace::tools {
namespace {

// ScratchFolder is a new folder under TMPDIR that goes with the object.
class ScratchFolder {
 public:
  ScratchFolder() {
    const char* base = getenv("TMPDIR");
    path_ = absl::StrCat(base == nullptr || *base == '\0' ? "/tmp" : base, "/gorace-run-XXXXXX");
    if (mkdtemp(path_.data()) == nullptr) error_ = errno;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (error_ == 0) std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  int error() const { return error_; }

 private:
  std::string path_;
  int error_ = 0;
};

Language language_of(const std::vector<std::string>& sources) {
  for (const std::string& source : sources) {
    if (!is_c_source(source)) return Language::kCxx;
  }
  return Language::kC;
}

// standard_arguments: the headers of gorace need C++20, clang's default is older. Nothing when C sources are among
// them, which would be refused with a C++ standard. The user's own -std comes later and wins.
std::vector<std::string> standard_arguments(const std::vector<std::string>& sources) {
  for (const std::string& source : sources) {
    if (is_c_source(source)) return {};
  }
  return {"-std=gnu++20"};
}

// source_arguments names the sources; clang++ would otherwise read .c files as C++.
std::vector<std::string> source_arguments(const std::vector<std::string>& sources, Language language) {
  std::vector<std::string> args;
  for (const std::string& source : sources) {
    const std::string plain = source[0] == '-' ? absl::StrCat("./", source) : source;
    if (language == Language::kCxx && is_c_source(source)) {
      args.insert(args.end(), {"-x", "c", plain, "-x", "none"});
    } else {
      args.push_back(plain);
    }
  }
  return args;
}

// command_for returns the compiler command, or an empty one after having said what is missing; *code is the exit code
// then.
std::vector<std::string> command_for(const SourceBuild& build, const std::string& output, int* code) {
  const CompileMode mode{language_of(build.sources), build.race, models_of_environment(), build.sampled_ppm};
  std::vector<std::string> args = standard_arguments(build.sources);
  args.insert(args.end(), build.flags.begin(), build.flags.end());
  for (std::string& word : source_arguments(build.sources, mode.language)) args.push_back(std::move(word));
  args.insert(args.end(), {"-o", output});
  const CompilerUse use = classify(args);
  if (const absl::Status status = check_use(mode, use); !status.ok()) {
    *code = fail(kExitMisuse, status.message());
    return {};
  }
  const absl::StatusOr<Layout> layout = find_layout(self_path());
  absl::Status status = layout.status();
  if (status.ok()) status = check_files(needed_files(*layout, mode, use));
  absl::StatusOr<Compiler> compiler = Compiler{};
  if (status.ok()) {
    compiler = find_compiler(mode.language, *layout, needs_plugin(mode, use));
    status = compiler.status();
  }
  if (!status.ok()) {
    *code = fail(absl::IsInvalidArgument(status) ? kExitMisuse : kExitNotFound, status.message());
    return {};
  }
  return compile_command(*compiler, *layout, mode, use, args);
}

// end_by raises `signal` as if it had never been caught.
void end_by(int signal) {
  ::signal(signal, SIG_DFL);
  raise(signal);
}

std::string program_name(const std::string& source) { return std::filesystem::path(source).stem().string(); }

// compile runs the compiler and opens its output. The scratch folder is gone when it returns.
int compile(const SourceBuild& build, const std::string& name, int* program_fd, int* interrupted) {
  const ScratchFolder folder;
  if (folder.error() != 0)
    return fail(kExitFailed, absl::StrCat("cannot make ", folder.path(), ": ", strerror(folder.error())));
  const std::string output = absl::StrCat(folder.path(), "/", name);
  int code = 0;
  const std::vector<std::string> command = command_for(build, output, &code);
  if (command.empty()) return code;
  if (build.verbose) say(shell_quoted(command));
  const absl::StatusOr<int> compiled = run_child(command, interrupted);
  if (!compiled.ok()) return fail(kExitCannotLaunch, compiled.status().message());
  if (*compiled != 0) return kExitFailed;
  *program_fd = open(output.c_str(), O_RDONLY | O_CLOEXEC);
  if (*program_fd < 0) return fail(kExitFailed, absl::StrCat("the compiler made no ", output, ": ", strerror(errno)));
  return kExitOk;
}

}  // namespace

int build_sources(const SourceBuild& build, int* program_fd, std::string* name) {
  *name = program_name(build.sources[0]);
  int interrupted = 0;
  const int code = compile(build, *name, program_fd, &interrupted);
  if (interrupted != 0) end_by(interrupted);
  return code;
}

}  // namespace gorace::tools
