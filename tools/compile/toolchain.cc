#include "tools/compile/toolchain.h"

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tools/base/process.h"

namespace gorace::tools {
namespace {

// output_of runs a shell-quoted command and returns its standard output.
std::string output_of(const std::vector<std::string>& argv) {
  FILE* pipe = popen(absl::StrCat(shell_quoted(argv), " 2>/dev/null").c_str(), "re");
  if (pipe == nullptr) return "";
  std::string text;
  char buffer[4096];
  for (size_t bytes; (bytes = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, bytes);
  pclose(pipe);
  return text;
}

int version_of(std::vector<std::string> compiler) {
  compiler.push_back("--version");
  return clang_major(output_of(compiler));
}

absl::StatusOr<std::vector<std::string>> from_environment(const char* variable, const std::string& value) {
  absl::StatusOr<std::vector<std::string>> words = split_words(value);
  if (!words.ok())
    return absl::InvalidArgumentError(absl::StrCat(variable, "=", value, ": ", words.status().message()));
  if (words->empty()) return absl::InvalidArgumentError(absl::StrCat(variable, " names no compiler"));
  const std::string path = find_in_path((*words)[0]);
  if (path.empty() || !is_executable_file(path)) {
    return absl::NotFoundError(absl::StrCat(variable, "=", value, ": there is no such compiler"));
  }
  (*words)[0] = path;
  const int major = version_of(*words);
  if (major == kClangMajor) return words;
  const std::string found = major == 0 ? "not clang" : absl::StrCat("clang ", major);
  return absl::InvalidArgumentError(
      absl::StrCat(variable, "=", value, " is ", found, "; gorace's compiler plugin needs clang ", kClangMajor));
}

}  // namespace

int clang_major(const std::string& version_text) {
  constexpr char kMark[] = "clang version ";
  const size_t at = version_text.find(kMark);
  if (at == std::string::npos) return 0;
  const size_t start = at + sizeof kMark - 1;
  int major = 0;
  return absl::SimpleAtoi(version_text.substr(start, version_text.find('.', start) - start), &major) ? major : 0;
}

absl::StatusOr<std::vector<std::string>> find_compiler(Language language) {
  const bool cxx = language == Language::kCxx;
  const char* variable = cxx ? "GORACE_CXX" : "GORACE_CC";
  if (const char* value = getenv(variable); value != nullptr && *value != '\0')
    return from_environment(variable, value);
  const std::string name = cxx ? "clang++" : "clang";
  const std::string versioned = absl::StrCat(name, "-", kClangMajor);
  if (const std::string path = find_in_path(versioned); !path.empty()) return std::vector<std::string>{path};
  const std::string debian = absl::StrCat("/usr/lib/llvm-", kClangMajor, "/bin/", name);
  if (is_executable_file(debian)) return std::vector<std::string>{debian};
  const std::string plain = find_in_path(name);
  if (!plain.empty() && version_of({plain}) == kClangMajor) return std::vector<std::string>{plain};
  return absl::NotFoundError(absl::StrCat("there is no ", versioned,
                                          ", which gorace compiles with; install it (Debian: apt-get install clang-",
                                          kClangMajor, ") or name it in ", variable));
}

}  // namespace gorace::tools
