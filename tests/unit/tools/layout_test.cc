#include "tools/base/layout.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gorace::tools {
namespace {

class LayoutTest : public ::testing::Test {
 protected:
  LayoutTest() {
    root_ = std::filesystem::temp_directory_path() / "gorace-layout-XXXXXX";
    EXPECT_NE(mkdtemp(root_.data()), nullptr);
    std::filesystem::create_directories(root_ + "/include/gorace");
  }
  ~LayoutTest() override { std::filesystem::remove_all(root_); }
  void add_library(const std::string& folder) {
    std::filesystem::create_directories(root_ + folder);
    std::ofstream(root_ + folder + "/libgorace.a");
  }
  std::string root_;
};

TEST_F(LayoutTest, OfABuildTree) {
  add_library("/lib");
  const auto layout = find_layout(root_ + "/bin/gorace");
  ASSERT_TRUE(layout.ok());
  EXPECT_EQ(layout->plugin(19), root_ + "/lib/llvm19/gorace-plug.so");
  EXPECT_EQ(layout->include_folder, root_ + "/include");
}

TEST_F(LayoutTest, OfAnInstallationIsPreferred) {
  add_library("/lib");
  add_library("/lib/gorace");
  const auto layout = find_layout(root_ + "/bin/gorace");
  ASSERT_TRUE(layout.ok());
  EXPECT_EQ(layout->library("gorace_race"), root_ + "/lib/gorace/libgorace_race.a");
}

TEST_F(LayoutTest, ThatIsNotThereIsNamed) {
  const auto layout = find_layout(root_ + "/bin/gorace");
  EXPECT_TRUE(absl::IsNotFound(layout.status()));
  EXPECT_NE(layout.status().message().find(root_ + "/lib/gorace/libgorace.a"), std::string::npos);
}

TEST_F(LayoutTest, MissingFilesAreNamed) {
  add_library("/lib");
  EXPECT_TRUE(check_files({root_ + "/lib/libgorace.a"}).ok());
  const absl::Status status = check_files({root_ + "/lib/libgorace.a", root_ + "/lib/libgorace_race.a"});
  EXPECT_EQ(status.message(), root_ + "/lib/libgorace_race.a is missing; install gorace again or build it whole");
}

TEST_F(LayoutTest, ListsThePluginsNewestFirst) {
  add_library("/lib/gorace");
  for (const char* folder : {"/llvm9", "/llvm16", "/llvm19", "/llvmx"}) {
    std::filesystem::create_directories(root_ + "/lib/gorace" + folder);
    std::ofstream(root_ + "/lib/gorace" + folder + "/gorace-plug.so");
  }
  std::filesystem::create_directories(root_ + "/lib/gorace/llvm20");  // empty
  const auto layout = find_layout(root_ + "/bin/gorace");
  ASSERT_TRUE(layout.ok());
  EXPECT_EQ(layout->plugin_versions(), (std::vector<int>{19, 16, 9}));
}

}  // namespace
}  // namespace gorace::tools
