#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tools/compile/toolchain.h"

namespace gorace::tools {
namespace {

TEST(ClangMajor, IsReadFromTheVersionText) {
  EXPECT_EQ(clang_major("Debian clang version 19.1.7 (3~deb12u1)\nTarget: x86_64-pc-linux-gnu\n"), 19);
  EXPECT_EQ(clang_major("clang version 22.0.0git\n"), 22);
  EXPECT_EQ(clang_major("g++ (Debian 12.2.0-14+deb12u1) 12.2.0\n"), 0);
  EXPECT_EQ(clang_major(""), 0);
  EXPECT_EQ(clang_major("clang version x"), 0);
}

// A folder of plugins, and a PATH of compilers that tell their version.
class FindCompiler : public ::testing::Test {
 protected:
  FindCompiler() : old_path_(getenv("PATH")) {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    setenv("PATH", (folder_ + ":/usr/bin:/bin").c_str(), 1);
  }
  ~FindCompiler() override {
    setenv("PATH", old_path_.c_str(), 1);
    unsetenv("GORACE_CXX");
    std::filesystem::remove_all(folder_);
  }
  void add_plugin(int major) {
    std::filesystem::create_directories(folder_ + "/llvm" + std::to_string(major));
    std::ofstream(Layout{"", folder_}.plugin(major));
  }
  std::string add_compiler(const std::string& name, int major) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << "#!/bin/sh\necho clang version " << major << ".0.0\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  absl::StatusOr<Compiler> find(bool needs_plugin = true) {
    return find_compiler(Language::kCxx, Layout{"", folder_}, needs_plugin);
  }

  std::string folder_ = std::filesystem::temp_directory_path() / "gorace-compiler-XXXXXX";
  const std::string old_path_;
};

TEST_F(FindCompiler, TakesTheNewestThatHasAPlugin) {
  add_plugin(98);
  add_plugin(99);
  add_compiler("clang++-97", 97);
  const std::string wanted = add_compiler("clang++-98", 98);
  const absl::StatusOr<Compiler> compiler = find();
  ASSERT_TRUE(compiler.ok()) << compiler.status();
  EXPECT_EQ(compiler->command, std::vector<std::string>{wanted});
  EXPECT_EQ(compiler->clang_major, 98);
}

TEST_F(FindCompiler, TakesThePluginOfTheNamedOne) {
  add_plugin(98);
  add_plugin(99);
  setenv("GORACE_CXX", ("env A=1 " + add_compiler("mine", 98)).c_str(), 1);
  const absl::StatusOr<Compiler> compiler = find();
  ASSERT_TRUE(compiler.ok()) << compiler.status();
  EXPECT_EQ(compiler->clang_major, 98);
  EXPECT_EQ(compiler->command.size(), 3u);
}

TEST_F(FindCompiler, RefusesOneThatNoPluginFits) {
  add_plugin(19);
  setenv("GORACE_CXX", "/bin/true", 1);
  EXPECT_TRUE(absl::IsInvalidArgument(find().status()));
  EXPECT_EQ(find().status().message(), "GORACE_CXX=/bin/true is not clang; gorace's compiler plugin needs clang 19");
  add_plugin(16);
  const std::string old = add_compiler("old", 14);
  setenv("GORACE_CXX", old.c_str(), 1);
  EXPECT_EQ(find().status().message(),
            "GORACE_CXX=" + old + " is clang 14; gorace's compiler plugin needs clang 19 or 16");
  EXPECT_TRUE(find(/*needs_plugin=*/false).ok());
}

TEST_F(FindCompiler, SaysWhenThereIsNoPlugin) {
  EXPECT_EQ(find().status().message(), "there is no compiler plugin, " + folder_ +
                                           "/llvm*/gorace-plug.so; install gorace again or build it whole");
}

TEST_F(FindCompiler, SaysWhenThereIsNoCompiler) {
  add_plugin(99);
  EXPECT_EQ(
      find().status().message(),
      "there is no clang++-99, which gorace compiles with; install it (Debian: apt-get install clang-99) or name it "
      "in GORACE_CXX");
}

TEST_F(FindCompiler, SaysWhenTheNamedOneIsNotThere) {
  add_plugin(19);
  setenv("GORACE_CXX", "/no/such/clang++", 1);
  EXPECT_TRUE(absl::IsNotFound(find().status()));
}

}  // namespace
}  // namespace gorace::tools
