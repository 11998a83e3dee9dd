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
  ASSERT_TRUE(parse_options("exitcode=3 halt_on_error=1\tlog_path=/tmp/x  leaks=true memprofilerate=1\n", &parsed,
                            message, sizeof message));
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
  EXPECT_EQ(mistake_in("exitcode=many"),
            "GORACE: bad value 'many' for key 'exitcode': it takes a number from 0 to 255");
  EXPECT_EQ(mistake_in("exitcode=256"), "GORACE: bad value '256' for key 'exitcode': it takes a number from 0 to 255");
  EXPECT_EQ(mistake_in("exitcode"), "GORACE: bad value '' for key 'exitcode': it takes a number from 0 to 255");
  EXPECT_EQ(mistake_in("leaks=maybe"), "GORACE: bad value 'maybe' for key 'leaks': it takes 0 or 1");
  EXPECT_NE(mistake_in(("log_path=" + std::string(5000, 'x')).c_str()), "");
}

TEST(Options, QuotedValueMayHaveBlanks) {
  Options parsed;
  char message[256];
  ASSERT_TRUE(
      parse_options("log_path='/tmp/a b' suppressions=\"/tmp/c d\" exitcode=4", &parsed, message, sizeof message));
  EXPECT_STREQ(parsed.log_path, "/tmp/a b");
  EXPECT_STREQ(parsed.suppressions, "/tmp/c d");
  EXPECT_EQ(parsed.exitcode, 4);
}

std::string* g_warnings;

std::string warnings_of(const char* text, Options* parsed) {
  std::string all;
  g_warnings = &all;
  parse_tsan_options(text, "TSAN_OPTIONS", parsed,
                     [](const char* message) { *g_warnings += std::string(message) + "\n"; });
  return all;
}

TEST(TsanOptions, CommonSettingsAreObeyedWhateverSeparatesThem) {
  Options parsed;
  EXPECT_EQ(warnings_of("exitcode=7:halt_on_error=1,log_path=/tmp/x  suppressions='/a:b' report_bugs=false", &parsed),
            "");
  EXPECT_EQ(parsed.exitcode, 7);
  EXPECT_TRUE(parsed.halt_on_error);
  EXPECT_STREQ(parsed.log_path, "/tmp/x");
  EXPECT_STREQ(parsed.suppressions, "/a:b");
  EXPECT_FALSE(parsed.report_bugs);
  EXPECT_EQ(warnings_of("report_mutex_bugs=0:report_destroy_locked=0:report_signal_unsafe=0:report_thread_leaks=0:"
                        "detect_deadlocks=0",
                        &parsed),
            "");
  EXPECT_FALSE(parsed.report_mutex_bugs || parsed.report_destroy_locked || parsed.report_signal_unsafe ||
               parsed.report_thread_leaks || parsed.detect_deadlocks);
}

TEST(TsanOptions, WhatHasNoMeaningHereIsPassedOver) {
  Options parsed;
  EXPECT_EQ(warnings_of("history_size=7:second_deadlock_stack=1:io_sync=0:exitcode=7", &parsed), "");
  EXPECT_EQ(parsed.exitcode, 7);
  EXPECT_EQ(parsed.history_size, 1);
}

TEST(TsanOptions, MistakesAreNamedAndTheRestObeyed) {
  Options parsed;
  EXPECT_EQ(warnings_of("exit_code=1:exitcode=many:leaks=1:halt_on_error=1", &parsed),
            "TSAN_OPTIONS: 'exit_code' has no meaning for gorace and is ignored\n"
            "TSAN_OPTIONS: bad value 'many' for key 'exitcode': it takes a number from 0 to 255\n"
            "TSAN_OPTIONS: 'leaks' has no meaning for gorace and is ignored\n");
  EXPECT_EQ(parsed.exitcode, 66);
  EXPECT_FALSE(parsed.leaks);
  EXPECT_TRUE(parsed.halt_on_error);
}

TEST(Options, KeyIsMatchedWhole) { EXPECT_NE(mistake_in("exitcodes=1"), ""); }

}  // namespace
}  // namespace gorace::runtime
