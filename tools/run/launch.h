// Launching: `gorace run` becomes the program (exec). Nothing stands between the program and its terminal, its signals,
// its job control, its parent and its exit code; the process id is the same; and there is nothing to forward or to wait
// for, because the runtime inside the program writes its reports and decides its exit code.
#ifndef GORACE_TOOLS_RUN_LAUNCH_H_
#define GORACE_TOOLS_RUN_LAUNCH_H_

#include <string>
#include <vector>

namespace gorace::tools {

// find_program resolves a program's name as a shell does. On failure the result is empty, the reason has been said and
// *code is 126 (there, but cannot be run) or 127 (not there).
std::string find_program(const std::string& name, int* code);

// launch replaces this process by the executable at `path`. Returns the exit code when that fails, the reason said.
int launch(const std::string& path, const std::vector<std::string>& argv);

// launch_open does the same with an executable that only its descriptor still names.
int launch_open(int fd, const std::vector<std::string>& argv);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_RUN_LAUNCH_H_
