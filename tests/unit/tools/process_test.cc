#include "tools/base/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace gorace::tools {
namespace {

using ::testing::ElementsAre;
using Words = std::vector<std::string>;

TEST(SplitWords, UnderstandsQuotesAndBackslashes) {
  EXPECT_THAT(*split_words("  -O2\t-DX=1\n-lfoo "), ElementsAre("-O2", "-DX=1", "-lfoo"));
  EXPECT_THAT(*split_words(R"(-DX="a b" 'c d' e\ f '' "g\"h")"), ElementsAre("-DX=a b", "c d", "e f", "", "g\"h"));
  EXPECT_TRUE(split_words("")->empty());
}

TEST(SplitWords, RefusesAnOpenQuote) { EXPECT_EQ(split_words("-DX='a").status().message(), "a ' is not closed"); }

TEST(ShellQuoted, IsReadBackAsItWas) {
  const Words words = {"clang++-19", "-DX=a b", "it's", "", "$(rm)", "-o", "a\\b"};
  EXPECT_EQ(*split_words(shell_quoted(words)), words);
  EXPECT_EQ(shell_quoted({"cc", "-O1", "a.cc"}), "cc -O1 a.cc");
}

TEST(FindInPath, LooksUpLikeAShell) {
  EXPECT_NE(find_in_path("sh"), "");
  EXPECT_EQ(find_in_path("no-such-program-anywhere"), "");
  EXPECT_EQ(find_in_path(""), "");
  EXPECT_EQ(find_in_path("./x"), "./x") << "a name with a slash is a path";
}

TEST(AbsolutePath, JoinsTheCurrentFolder) {
  EXPECT_EQ(absolute_path("/a/b"), "/a/b");
  EXPECT_TRUE(absolute_path("a").ends_with("/a"));
  EXPECT_TRUE(absolute_path("a").starts_with("/"));
}

TEST(RunChild, ReturnsTheExitCode) {
  int interrupted = -1;
  EXPECT_EQ(*run_child({"/bin/sh", "-c", "exit 7"}, &interrupted), 7);
  EXPECT_EQ(interrupted, 0);
  EXPECT_EQ(*run_child({"/bin/sh", "-c", "kill -KILL $$"}, &interrupted), 128 + SIGKILL);
  EXPECT_FALSE(run_child({"/no/such/program"}, &interrupted).ok());
}

TEST(RunChild, NotesASignalAndPassesItOn) {
  int interrupted = 0;
  // The child signals its parent (this process) and waits to be signalled in turn.
  const auto code =
      run_child({"/bin/sh", "-c", "trap 'exit 9' TERM; kill -TERM $PPID; while :; do sleep 0.01; done"}, &interrupted);
  EXPECT_EQ(*code, 9);
  EXPECT_EQ(interrupted, SIGTERM);
}

}  // namespace
}  // namespace gorace::tools
