#include "tools/run/launch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "tools/base/message.h"
#include "tools/base/process.h"
#include "tools/inspect/program.h"

namespace gorace::tools {
namespace {

int not_found(const std::string& name) {
  std::string hint;
  if (name.find('/') == std::string::npos) {
    hint = is_executable_file("./" + name) ? absl::StrCat(" in PATH; did you mean ./", name, "?") : " in PATH";
  }
  return fail(kExitNotFound, absl::StrCat(name, ": there is no such program", hint));
}

int cannot_run(const std::string& path, int error) {
  const bool is_script = inspect_program(path) == ProgramKind::kScript;
  switch (error) {
    case ENOEXEC:
      return fail(
          kExitCannotLaunch,
          absl::StrCat(
              path,
              ": not a program that this machine can run (neither an executable of its kind nor a script with #!)"));
    case ENOENT:
      return fail(kExitNotFound, absl::StrCat(path, is_script ? ": the interpreter after its #! is not there"
                                                              : ": its dynamic loader is not there"));
    default:
      return fail(kExitCannotLaunch, absl::StrCat(path, ": cannot be run: ", strerror(error)));
  }
}

}  // namespace

std::string find_program(const std::string& name, int* code) {
  const std::string path = find_in_path(name);
  struct stat status;
  if (path.empty() || stat(path.c_str(), &status) != 0) {
    const bool missing = path.empty() || errno == ENOENT || errno == ENOTDIR;
    *code = missing ? not_found(name) : fail(kExitCannotLaunch, absl::StrCat(name, ": ", strerror(errno)));
    return "";
  }
  if (S_ISDIR(status.st_mode)) {
    *code = fail(kExitCannotLaunch, absl::StrCat(name, ": is a folder, not a program"));
    return "";
  }
  if (!is_executable_file(path)) {
    *code = fail(kExitCannotLaunch, absl::StrCat(name, ": is not executable (chmod +x ", path, " makes it so)"));
    return "";
  }
  return path;
}

int launch(const std::string& path, const std::vector<std::string>& argv) {
  return cannot_run(path, exec_program(path, argv));
}

int launch_open(int fd, const std::vector<std::string>& argv) {
  std::vector<char*> pointers;
  for (const std::string& word : argv) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  fexecve(fd, pointers.data(), environ);
  const char* hint =
      errno == EACCES ? "; when the temporary folder forbids programs (noexec), set TMPDIR to another" : "";
  return fail(kExitCannotLaunch, absl::StrCat(argv[0], ": cannot be run: ", strerror(errno), hint));
}

}  // namespace gorace::tools
