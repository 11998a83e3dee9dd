#include "tools/base/layout.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gorace::tools {
namespace {

bool exists(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

std::string parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

std::string Layout::plugin(int clang_major) const {
  return absl::StrCat(library_folder, "/llvm", clang_major, "/gorace-plug.so");
}

std::vector<int> Layout::plugin_versions() const {
  std::vector<int> versions;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(library_folder, unreadable)) {
    const std::string name = entry.path().filename();
    int version = 0;
    if (name.rfind("llvm", 0) == 0 && absl::SimpleAtoi(name.substr(4), &version) && exists(plugin(version)))
      versions.push_back(version);
  }
  std::sort(versions.rbegin(), versions.rend());
  return versions;
}

absl::StatusOr<Layout> find_layout(const std::string& self) {
  const std::string root = parent(parent(self));
  for (const char* libraries : {"/lib/gorace", "/lib"}) {
    const Layout layout{root + "/include", root + libraries};
    if (exists(layout.library("gorace")) && exists(layout.include_folder + "/gorace")) return layout;
  }
  return absl::NotFoundError(absl::StrCat("gorace's library and headers are not beside ", self, " (looked for ", root,
                                          "/lib/gorace/libgorace.a, ", root, "/lib/libgorace.a and ", root,
                                          "/include/gorace); install gorace again or build it whole"));
}

absl::Status check_files(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (!exists(file))
      return absl::NotFoundError(absl::StrCat(file, " is missing; install gorace again or build it whole"));
  }
  return absl::OkStatus();
}

}  // namespace gorace::tools
