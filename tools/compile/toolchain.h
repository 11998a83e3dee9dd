// Toolchain: the clang to compile with, one that there is a compiler plugin for.
#ifndef GORACE_TOOLS_COMPILE_TOOLCHAIN_H_
#define GORACE_TOOLS_COMPILE_TOOLCHAIN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/base/layout.h"

namespace gorace::tools {

enum class Language { kC, kCxx };

// Compiler: how to start it (one word, or several when GORACE_CXX or GORACE_CC name a wrapper: "ccache clang++-19"),
// and its major version.
struct Compiler {
  std::vector<std::string> command;
  int clang_major = 0;
};

// find_compiler returns the one in the environment, else the newest clang that `layout` has a plugin for. A plugin
// works in the clang of its own major version only: the compiler's C++ interface changes with each. Without
// `needs_plugin` the version does not matter. NotFound: there is no compiler, or no plugin (the message names the
// package); InvalidArgument: no plugin for the one in the environment.
absl::StatusOr<Compiler> find_compiler(Language language, const Layout& layout, bool needs_plugin);

// clang_major returns the major version in what `clang --version` prints, 0 when it is not clang's.
int clang_major(const std::string& version_text);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_COMPILE_TOOLCHAIN_H_
