// Processes and files that the command deals with.
#ifndef GORACE_TOOLS_BASE_PROCESS_H_
#define GORACE_TOOLS_BASE_PROCESS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace gorace::tools {

// self_path returns the absolute path of the running command.
std::string self_path();

// find_in_path looks `name` up as execvp does: a name with a slash is itself; others are looked for in PATH. Empty when
// there is no such executable file.
std::string find_in_path(const std::string& name);

// absolute_path joins the current folder and `path`. Links stay as they are.
std::string absolute_path(const std::string& path);

bool is_executable_file(const std::string& path);

// run_child starts `argv` (argv[0] is a path) with this process's descriptors and waits for it. INT, TERM, HUP and
// QUIT, which would otherwise end this process and leave its temporary files, are noted in *interrupted meanwhile, and
// passed on to the child unless the terminal has already given them to both. Returns the exit code, 128+N after signal
// N.
absl::StatusOr<int> run_child(const std::vector<std::string>& argv, int* interrupted);

// exec_program replaces this process. Returns only on failure, with the errno value.
int exec_program(const std::string& path, const std::vector<std::string>& argv);

// shell_quoted joins a command for showing: words that a shell would split are quoted.
std::string shell_quoted(const std::vector<std::string>& argv);

// split_words splits `text` like a shell does, with quotes and backslashes, nothing else.
absl::StatusOr<std::vector<std::string>> split_words(const std::string& text);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_BASE_PROCESS_H_
