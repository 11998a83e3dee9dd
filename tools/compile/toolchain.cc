#include "tools/compile/toolchain.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

bool contains(const std::vector<int>& versions, int major) {
  return std::find(versions.begin(), versions.end(), major) != versions.end();
}

absl::StatusOr<Compiler> from_environment(const char* variable, const std::string& value,
                                          const std::vector<int>& plugins, bool needs_plugin) {
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
  if (!needs_plugin || contains(plugins, major)) return Compiler{*std::move(words), major};
  const std::string found = major == 0 ? "not clang" : absl::StrCat("clang ", major);
  return absl::InvalidArgumentError(absl::StrCat(
      variable, "=", value, " is ", found, "; gorace's compiler plugin needs clang ", absl::StrJoin(plugins, " or ")));
}

// clang_of_version returns the path of that clang under Debian's names, or under its plain name; empty: there is none.
std::string clang_of_version(const std::string& name, int major) {
  if (const std::string path = find_in_path(absl::StrCat(name, "-", major)); !path.empty()) return path;
  const std::string debian = absl::StrCat("/usr/lib/llvm-", major, "/bin/", name);
  if (is_executable_file(debian)) return debian;
  const std::string plain = find_in_path(name);
  return !plain.empty() && version_of({plain}) == major ? plain : "";
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

absl::StatusOr<Compiler> find_compiler(Language language, const Layout& layout, bool needs_plugin) {
  const bool cxx = language == Language::kCxx;
  const char* variable = cxx ? "GORACE_CXX" : "GORACE_CC";
  const std::vector<int> plugins = layout.plugin_versions();
  if (plugins.empty() && needs_plugin) {
    return absl::NotFoundError(absl::StrCat("there is no compiler plugin, ", layout.library_folder,
                                            "/llvm*/gorace-plug.so; install gorace again or build it whole"));
  }
  if (const char* value = getenv(variable); value != nullptr && *value != '\0')
    return from_environment(variable, value, plugins, needs_plugin);
  const std::string name = cxx ? "clang++" : "clang";
  for (int major : plugins) {
    if (const std::string path = clang_of_version(name, major); !path.empty()) return Compiler{{path}, major};
  }
  if (const std::string plain = find_in_path(name); !plain.empty() && !needs_plugin) return Compiler{{plain}};
  const std::string wanted = plugins.empty() ? name : absl::StrCat(name, "-", plugins.front());
  const std::string package = plugins.empty() ? "clang" : absl::StrCat("clang-", plugins.front());
  return absl::NotFoundError(absl::StrCat("there is no ", wanted,
                                          ", which gorace compiles with; install it (Debian: apt-get install ", package,
                                          ") or name it in ", variable));
}

}  // namespace gorace::tools
