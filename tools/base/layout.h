// Layout: where gorace's own files lie, found relative to the command, so that a build tree and an installation can
// both be moved:
//
//   build tree                  installed
//   bin/gorace                  bin/gorace
//   lib/libgorace*.a            lib/gorace/libgorace*.a
//   lib/llvm19/gorace-plug.so   lib/gorace/llvm19/gorace-plug.so   one for each version of clang, side by side
//   include/gorace/             include/gorace/
#ifndef GORACE_TOOLS_BASE_LAYOUT_H_
#define GORACE_TOOLS_BASE_LAYOUT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace gorace::tools {

struct Layout {
  std::string include_folder;  // the one that contains gorace/
  std::string library_folder;

  // plugin is the compiler plugin for clang of that major version; it need not be there.
  std::string plugin(int clang_major) const;
  // plugin_versions lists the versions that there is a plugin for, newest first.
  std::vector<int> plugin_versions() const;
  std::string library(const std::string& name) const { return library_folder + "/lib" + name + ".a"; }
};

// find_layout returns the layout around the command at `self` (its absolute path). NotFound says where it looked.
absl::StatusOr<Layout> find_layout(const std::string& self);

// check_files returns NotFound naming the first of `files` that is not there: an installation that is not whole.
absl::Status check_files(const std::vector<std::string>& files);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_BASE_LAYOUT_H_
