#include "tools/run/run_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace gorace::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

// text_of returns the GORACE text for flags over an environment, or the message of the refusal.
std::string text_of(const Words& args, const char* environment = nullptr) {
  RunSettings settings;
  FlagSet flags;
  add_run_flags(&flags, &settings);
  const auto parsed = flags.parse(args);
  if (!parsed.ok()) return std::string(parsed.status().message());
  const auto text = gorace_text(environment, settings);
  return text.ok() ? *text : std::string(text.status().message());
}

TEST(RunSettings, FlagsBecomeGoraceOptions) {
  EXPECT_EQ(text_of({}), "");
  EXPECT_EQ(text_of({"--leaks", "--halt-on-error", "--exitcode=3", "--strip-path-prefix=/src/"}),
            "leaks=1 halt_on_error=1 exitcode=3 strip_path_prefix=/src/");
  EXPECT_EQ(text_of({"--profile=goroutine,heap", "--profile-dir=/p", "--memprofilerate=1", "--log=/l"}),
            "profile=goroutine,heap profile_dir=/p memprofilerate=1 log_path=/l");
  EXPECT_EQ(text_of({"--leaks=false"}), "leaks=0");
}

TEST(RunSettings, FlagsComeAfterTheEnvironmentSoThatTheyWin) {
  EXPECT_EQ(text_of({"--exitcode=3"}, "exitcode=4 leaks=1"), "exitcode=4 leaks=1 exitcode=3");
}

TEST(RunSettings, RelativePathsAreFixedToTheFolderNow) {
  EXPECT_EQ(text_of({"--log=reports"}),
            absl::StrCat("log_path=", std::filesystem::current_path().string(), "/reports"));
  EXPECT_EQ(text_of({"--log=stdout"}), "log_path=stdout");
}

TEST(RunSettings, UnknownKeysInTheEnvironmentAreNamed) {
  EXPECT_THAT(text_of({}, "hostory_size=3"), HasSubstr("hostory_size"));
  EXPECT_THAT(text_of({}, "exitcode=abc"), HasSubstr("'abc'"));
  EXPECT_THAT(text_of({"--exitcode=3"}, "exitcode=abc"), HasSubstr("'abc'")) << "a flag does not hide it";
}

TEST(RunSettings, UnknownProfilesAreNamedWhereverTheyComeFrom) {
  EXPECT_THAT(text_of({"--profile=heaps"}),
              HasSubstr("no profile 'heaps'; the profiles are goroutine, heap; did you mean heap?"));
  EXPECT_THAT(text_of({}, "profile=cpus"), HasSubstr("no profile 'cpus'"));
}

TEST(RunSettings, ValuesThatGoraceCannotCarryAreRefused) {
  EXPECT_THAT(text_of({"--log=/a b"}), HasSubstr("white space"));
  EXPECT_THAT(text_of({"--log="}), HasSubstr("it is a path"));
  EXPECT_THAT(text_of({"--memprofilerate=-1"}), HasSubstr("--memprofilerate"));
  EXPECT_THAT(text_of({"--race=sometimes"}), HasSubstr("auto, on or off"));
  EXPECT_THAT(text_of({"-O9"}), HasSubstr("0, 1, 2, 3"));
  EXPECT_THAT(text_of({"--cxxflags='"}), HasSubstr("not closed"));
}

TEST(RunSettings, CompilerFlagsAreSplitLikeAShell) {
  RunSettings settings;
  FlagSet flags;
  add_run_flags(&flags, &settings);
  ASSERT_TRUE(flags.parse({"-O2", "--cxxflags=-std=c++20 -DX='a b'", "--race=off"}).ok());
  EXPECT_EQ(settings.optimization, "2");
  EXPECT_THAT(settings.compiler_flags, ElementsAre("-std=c++20", "-DX=a b"));
  EXPECT_EQ(settings.race, RaceMode::kOff);
}

class CheckOutputs : public ::testing::Test {
 protected:
  CheckOutputs() {
    folder_ = std::filesystem::temp_directory_path() / "gorace-outputs-XXXXXX";
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  }
  ~CheckOutputs() override { std::filesystem::remove_all(folder_); }
  std::string message(const std::string& text) { return std::string(check_outputs(text, 77).message()); }
  bool is_empty() { return std::filesystem::is_empty(folder_); }
  std::string folder_;
};

TEST_F(CheckOutputs, LeavesNothingBehind) {
  EXPECT_EQ(message("log_path=" + folder_ + "/log profile=heap profile_dir=" + folder_), "");
  EXPECT_TRUE(is_empty());
}

TEST_F(CheckOutputs, KeepsALogThatWasThere) {
  std::ofstream(folder_ + "/log.77") << "before";
  EXPECT_EQ(message("log_path=" + folder_ + "/log"), "");
  EXPECT_EQ(std::filesystem::file_size(folder_ + "/log.77"), 6u);
}

TEST_F(CheckOutputs, NamesALogThatCannotBeWritten) {
  EXPECT_EQ(message("log_path=/dev/null/log"), "cannot write reports to /dev/null/log.77: Not a directory");
  EXPECT_EQ(message("log_path=" + folder_ + "/no/log"),
            "cannot write reports to " + folder_ + "/no/log.77: No such file or directory");
}

TEST_F(CheckOutputs, MakesAMissingProfileFolderAndNamesAnImpossibleOne) {
  EXPECT_EQ(message("profile=heap profile_dir=" + folder_ + "/a/b"), "");
  EXPECT_TRUE(std::filesystem::is_directory(folder_ + "/a/b"));
  EXPECT_EQ(message("profile=heap profile_dir=/dev/null/p"), "cannot write profiles to /dev/null/p: Not a directory");
  EXPECT_THAT(message("profile=heap profile_dir=/proc/self"), HasSubstr("cannot write profiles to /proc/self: "));
}

TEST_F(CheckOutputs, AFolderThatNoProfileGoesToIsNotLookedAt) { EXPECT_EQ(message("profile_dir=/dev/null/p"), ""); }

}  // namespace
}  // namespace gorace::tools
