// compile_command: a user's compiler arguments with gorace's own added.
#ifndef GORACE_TOOLS_COMPILE_COMPILE_COMMAND_H_
#define GORACE_TOOLS_COMPILE_COMPILE_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/base/layout.h"
#include "tools/compile/classify.h"
#include "tools/compile/toolchain.h"

namespace gorace::tools {

struct CompileMode {
  Language language = Language::kCxx;
  bool race = true;                            // false: goroutines without the race detector
  std::vector<std::string> models = {};        // files of call models, absolute or relative to the current folder
  uint32_t sampled_ppm = 0;                    // check in windows, of so many millionths of the time; 0: always
  std::vector<std::string> ignore_lists = {};  // files that name what is not checked
};

// models_of_environment lists the files that GORACE_MODELS names, separated by colons.
std::vector<std::string> models_of_environment();

// take_ignore_lists moves the files of -fsanitize-ignorelist=FILE, clang's own flag, from `args` to the mode: clang
// itself has no use for them without a sanitizer.
std::vector<std::string> take_ignore_lists(const std::vector<std::string>& args, CompileMode* mode);

// check_use returns InvalidArgument when the arguments ask for something that race detection cannot be combined with.
absl::Status check_use(const CompileMode& mode, const CompilerUse& use);

// needed_files lists gorace's files that the command will name.
// The plugin is not among them: find_compiler has looked for it.
std::vector<std::string> needed_files(const Layout& layout, const CompileMode& mode, const CompilerUse& use);

// needs_plugin: does the command compile something with race detection?
bool needs_plugin(const CompileMode& mode, const CompilerUse& use);

// compile_command returns the whole command, compiler first. The user's arguments keep their order and, but for the
// frame pointer that stacks are walked by, come after gorace's, so that they win.
std::vector<std::string> compile_command(const Compiler& compiler, const Layout& layout, const CompileMode& mode,
                                         const CompilerUse& use, const std::vector<std::string>& args);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_COMPILE_COMPILE_COMMAND_H_
