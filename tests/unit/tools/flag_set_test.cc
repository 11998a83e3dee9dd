#include "tools/base/flag_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gorace::tools {
namespace {

using ::testing::HasSubstr;

class FlagSetTest : public ::testing::Test {
 protected:
  FlagSetTest() {
    flags_.add_switch("leaks", "report leaks", &leaks_);
    flags_.add_text("log", "PATH", "write there", &log_);
    flags_.add("exitcode", "CODE", "code",
               [this](const std::string& text) { return read_number(text, 0, 255, &exitcode_); });
    flags_.add(
        "O", "LEVEL", "optimize",
        [this](const std::string& text) {
          level_ = text;
          return absl::OkStatus();
        },
        /*joined=*/true);
  }

  size_t parse(const std::vector<std::string>& args) {
    const auto result = flags_.parse(args);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.value_or(999);
  }
  std::string error(const std::vector<std::string>& args) { return std::string(flags_.parse(args).status().message()); }

  FlagSet flags_;
  bool leaks_ = false;
  std::string log_;
  int64_t exitcode_ = -1;
  std::string level_;
};

TEST_F(FlagSetTest, ReadsGnuAndGoSpellings) {
  EXPECT_EQ(parse({"--leaks", "--log=a", "-exitcode", "7", "-O2", "prog"}), 5u);
  EXPECT_TRUE(leaks_);
  EXPECT_EQ(log_, "a");
  EXPECT_EQ(exitcode_, 7);
  EXPECT_EQ(level_, "2");
  parse({"--leaks=false", "--log", "b"});
  EXPECT_FALSE(leaks_);
  EXPECT_EQ(log_, "b");
}

TEST_F(FlagSetTest, StopsAtTheProgramWhoseFlagsAreItsOwn) {
  EXPECT_EQ(parse({"prog", "--leaks", "--unknown"}), 0u);
  EXPECT_FALSE(leaks_);
}

TEST_F(FlagSetTest, StopsAfterTwoDashes) {
  EXPECT_EQ(parse({"--leaks", "--", "--log"}), 2u);
  EXPECT_TRUE(leaks_);
  EXPECT_EQ(parse({"-"}), 0u) << "a single dash is no flag";
  EXPECT_EQ(parse({}), 0u);
}

TEST_F(FlagSetTest, KeepsEverythingAfterTheFirstEqualsSign) {
  parse({"--log=a=b"});
  EXPECT_EQ(log_, "a=b");
  parse({"--log="});
  EXPECT_EQ(log_, "");
}

TEST_F(FlagSetTest, NamesUnknownFlagsAndTheNearest) {
  EXPECT_EQ(error({"--leak"}), "unknown flag --leak; did you mean --leaks?");
  EXPECT_EQ(error({"--zzzzzz=1"}), "unknown flag --zzzzzz=1");
  EXPECT_EQ(error({"--O2"}), "unknown flag --O2; did you mean -O?");
}

TEST_F(FlagSetTest, NamesBadAndMissingValues) {
  EXPECT_EQ(error({"--exitcode=256"}), "bad value '256' for --exitcode: it is a number from 0 to 255");
  EXPECT_EQ(error({"--exitcode=x"}), "bad value 'x' for --exitcode: it is a number from 0 to 255");
  EXPECT_EQ(error({"--leaks=maybe"}), "bad value 'maybe' for --leaks: it is true or false");
  EXPECT_EQ(error({"--log"}), "flag --log needs a value: PATH");
}

TEST_F(FlagSetTest, HelpNamesEveryFlag) {
  for (const char* text : {"  --leaks ", "  --log=PATH ", "  -OLEVEL "}) EXPECT_THAT(flags_.help(), HasSubstr(text));
}

}  // namespace
}  // namespace gorace::tools
