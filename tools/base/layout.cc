#include "tools/base/layout.h"

#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace gorace::tools {
namespace {

bool exists(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

std::string parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

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
