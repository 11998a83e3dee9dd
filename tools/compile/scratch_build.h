// ScratchBuild: sources compiled into a temporary folder, as `gorace run x.cc` needs it.
//
// The folder is gone before the program starts: the program is started from its open file (fexecve), so no process has
// to wait for its end to clean up, and nothing is left behind however it ends. While it runs, the binary is
// /proc/PID/exe, which is what the symbolizer reads.
#ifndef GORACE_TOOLS_COMPILE_SCRATCH_BUILD_H_
#define GORACE_TOOLS_COMPILE_SCRATCH_BUILD_H_

#include <string>
#include <vector>

#include "tools/compile/compile_command.h"

namespace gorace::tools {

struct SourceBuild {
  std::vector<std::string> sources;
  std::vector<std::string> flags = {"-O1"};
  bool race = true;
  uint32_t sampled_ppm = 0;  // as in CompileMode
  bool verbose = false;      // show the compiler command
};

// build_sources compiles and links. On success *program_fd is an open descriptor of the executable, *name what to call
// it, and the result 0. Otherwise the result is the exit code, and the compiler or this function has said why.
int build_sources(const SourceBuild& build, int* program_fd, std::string* name);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_COMPILE_SCRATCH_BUILD_H_
