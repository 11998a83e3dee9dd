#include "runtime/base/options.h"

#include <gtest/gtest.h>

#include <string>

namespace gorace::runtime {
namespace {

std::string mistake_in(const char* text) {
  Options parsed;
  char message[1024] = "";
  return parse_options(text, &parsed, message, sizeof message) ? "" : message;
}

TEST(Options, ReadsEveryKindOfValue) {
  Options parsed;
  char message[256];
  ASSERT_TRUE(parse_options("exitcode=3 halt_on_error=1\tlog_path=/tmp/x  leaks=true memprofilerate=1\n", &parsed, message,
                            sizeof message));
  EXPECT_EQ(parsed.exitcode, 3);
  EXPECT_TRUE(parsed.halt_on_error);
  EXPECT_STREQ(parsed.log_path, "/tmp/x");
  EXPECT_TRUE(parsed.leaks);
  EXPECT_EQ(parsed.memprofilerate, 1);
}

TEST(Options, LaterValueWins) {
  Options parsed;
  char message[256];
  ASSERT_TRUE(parse_options("exitcode=3 exitcode=0", &parsed, message, sizeof message));
  EXPECT_EQ(parsed.exitcode, 0);
}

TEST(Options, EmptyTextKeepsTheDefaults) {
  Options parsed;
  char message[256];
  ASSERT_TRUE(parse_options(" \t\n", &parsed, message, sizeof message));
  EXPECT_EQ(parsed.exitcode, 66);
  EXPECT_STREQ(parsed.log_path, "stderr");
}

TEST(Options, UnknownKeyIsNamedWithTheKeysThatExist) {
  const std::string message = mistake_in("exit_code=3");
  EXPECT_NE(message.find("unknown key 'exit_code'"), std::string::npos) << message;
  EXPECT_NE(message.find("exitcode halt_on_error log_path"), std::string::npos) << message;
}

TEST(Options, BadValueIsNamed) {
  EXPECT_EQ(mistake_in("exitcode=many"), "GORACE: bad value 'many' for key 'exitcode': it takes a number from 0 to 255");
  EXPECT_EQ(mistake_in("exitcode=256"), "GORACE: bad value '256' for key 'exitcode': it takes a number from 0 to 255");
  EXPECT_EQ(mistake_in("exitcode"), "GORACE: bad value '' for key 'exitcode': it takes a number from 0 to 255");
  EXPECT_EQ(mistake_in("leaks=maybe"), "GORACE: bad value 'maybe' for key 'leaks': it takes 0 or 1");
  EXPECT_NE(mistake_in(("log_path=" + std::string(5000, 'x')).c_str()), "");
}

TEST(Options, KeyIsMatchedWhole) { EXPECT_NE(mistake_in("exitcodes=1"), ""); }

}  // namespace
}  // namespace gorace::runtime
