#include "tools/compile/sample_rate.h"

#include <gtest/gtest.h>

namespace gorace::tools {
namespace {

TEST(SampleRate, IsReadAsMillionths) {
  EXPECT_EQ(*read_sample_rate("1%"), 10'000u);
  EXPECT_EQ(*read_sample_rate("0.5%"), 5'000u);
  EXPECT_EQ(*read_sample_rate("100%"), 1'000'000u);
  EXPECT_EQ(*read_sample_rate("0.0001%"), 1u);
}

TEST(SampleRate, ThatIsNoneIsRefused) {
  for (const char* text : {"", "%", "1", "0%", "-1%", "101%", "nan%", "inf%", "1%%", "x%", "0.00001%"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(read_sample_rate(text).status())) << text;
  }
  EXPECT_EQ(read_sample_rate("2").status().message(),
            "a share of the time such as 1% or 0.1%, at least 0.0001%, not '2'");
}

}  // namespace
}  // namespace gorace::tools
