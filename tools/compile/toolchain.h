// Toolchain: the clang that the compiler plugin was built for.
#ifndef GORACE_TOOLS_COMPILE_TOOLCHAIN_H_
#define GORACE_TOOLS_COMPILE_TOOLCHAIN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace gorace::tools {

enum class Language { kC, kCxx };

// A plugin works in the clang of its own major version only: the compiler's C++ interface changes with each.
inline constexpr int kClangMajor = 19;

// find_compiler returns how to start the compiler: one word, or several when GORACE_CXX or GORACE_CC name a wrapper
// ("ccache clang++-19"). NotFound: there is none (the message names the package); InvalidArgument: the one in the
// environment is not clang 19.
absl::StatusOr<std::vector<std::string>> find_compiler(Language language);

// clang_major returns the major version in what `clang --version` prints, 0 when it is not clang's.
int clang_major(const std::string& version_text);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_COMPILE_TOOLCHAIN_H_
