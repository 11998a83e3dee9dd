#include <gtest/gtest.h>

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

class FindCompiler : public ::testing::Test {
 protected:
  ~FindCompiler() override { unsetenv("GORACE_CXX"); }
};

TEST_F(FindCompiler, RefusesACompilerThatThePluginDoesNotFit) {
  setenv("GORACE_CXX", "/bin/true", 1);
  const auto compiler = find_compiler(Language::kCxx);
  EXPECT_TRUE(absl::IsInvalidArgument(compiler.status()));
  EXPECT_EQ(compiler.status().message(), "GORACE_CXX=/bin/true is not clang; gorace's compiler plugin needs clang 19");
}

TEST_F(FindCompiler, SaysWhenTheNamedOneIsNotThere) {
  setenv("GORACE_CXX", "/no/such/clang++", 1);
  EXPECT_TRUE(absl::IsNotFound(find_compiler(Language::kCxx).status()));
}

}  // namespace
}  // namespace gorace::tools
